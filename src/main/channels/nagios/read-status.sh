# What Nagios calls a problem, from its status file.
#
#   $1  the path of status.dat
#
# Nagios replaces the file as a whole (Nagios Core: "status_file"). Of a large one only the blocks come back that are about a problem, and of them
# the lines that are read; the first line says how the file is: ok, missing or denied.

[ -e "$1" ] || { [ -x "${1%/*}" ] && { echo missing; exit 0; }; echo denied; exit 0; }
[ -r "$1" ] || { echo denied; exit 0; }
echo ok
LC_ALL=C awk '
  /^[a-z]+ \{$/ { kind = $1; n = 0; bad = 0; next }
  /^[ \t]*\}$/ {
    if (kind == "info" || ((kind == "hoststatus" || kind == "servicestatus") && bad && left-- > 0)) {
      print kind " {"
      for (at = 0; at < n; at++) print kept[at]
      print "}"
    } else if (bad) over++
    kind = ""
    next
  }
  kind == "" { next }
  { line = $0; sub(/^[ \t]+/, "", line); key = line; sub(/=.*/, "", key) }
  key == "current_state" && line != "current_state=0" { bad = 1 }
  key ~ /^(created|host_name|service_description|current_state|state_type|plugin_output|last_state_change|last_check|problem_has_been_acknowledged|scheduled_downtime_depth)$/ {
    kept[n++] = substr(line, 1, 400)
  }
  BEGIN { left = 2000 }
  END { print "over " over + 0 }
' "$1"
