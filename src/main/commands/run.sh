# Runs what a person wrote.
#
#   $1  the text
#
# stdout and stderr are one, in the order of writing. The text has an empty stdin. A line on the real one ends all that the text has
# started: sshd begins a process group for each session, which this shell leads, as the login shell has given way to it, or else the sudo
# or doas that started it. The watch is nobody's child, so that a `wait` in the text does not wait for it.

exec 3<&0 </dev/null 2>&1
(
  exec >/dev/null 2>&1
  trap '' TERM HUP
  led() { case $(cat "/proc/$PPID/comm") in sudo | doas) kill -s "$1" -- "-$PPID" ;; *) false ;; esac }
  # Dropbear begins no group. Parents come first, so that none goes on when its child ends; what has lost its parent is not found.
  below() {
    ps -A -o pid= -o ppid= | awk -v top=$$ '{ parent[$1] = $2 }
      END {
        for (each in parent) {
          for (at = each; at != top && (at in parent); at = parent[at]) depth[each]++
          if (at == top) { level[depth[each] + 0] = level[depth[each] + 0] " " each; if (depth[each] > most) most = depth[each] }
        }
        for (at = 0; at <= most; at++) print level[at]
      }'
  }
  end() {
    kill -s "$1" -- -$$ || led "$1" || {
      found="$found $(below)"
      # shellcheck disable=SC2086 # numbers
      kill -s "$1" $found
    }
  }
  { IFS= read -r line <&3 && end TERM && sleep 2 && end KILL; } &
)
exec 3<&-
PATH="${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin"
export PATH
hum_text=$1
shift $#
eval "$hum_text"
