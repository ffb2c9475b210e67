# Tells what there is of backups on this host. It reads, and changes nothing. POSIX sh; its parts need stat, head, grep and awk.
#
#   $1  a nonce: each part of the answer begins with a line `$1 KIND …`
#   $2  a folder in place of / (tests); else empty
#   $3  what stood behind `static` last time: the files are not read again while it is the same
#   $4  runs that ended up to this moment (Unix seconds) are known
# stdin  what else is wanted, a line each: `file PATH`, `log SIZE.TIME PATH`, `unit NAME`, `cron TEXT`, `place PATH`, `secret PATH`,
#        `hostkey USER PORT HOST`, `key USER PATH`; `unit NAME USER` is one of that account's own manager: its journal alone
#
# A file of kind `unit` or `drop-in` has `-` for the system's manager in place of USER, `*` for those of all accounts; one of mode 777 without content is masked.
#
# Parts: `now UNIX-S UID ZONE CRON MAIL`, `static SUM` or `same`, in it `file KIND USER MODE OWNER SIZE TIME PATH` with the content, `mounts`, and
# `crontabs` where an account that is not root's may read all of them;
# then `status JOB alive|gone`, `runs JOB`, `process PID PPID START BYTES-READ BYTES-WRITTEN USER`, `log SIZE TIME PATH`, `unit NAME`, `cron`,
# `place KIND DEVICE EMPTY MOUNT PATH` (no device: it is not there), `secret MODE OWNER PATH`, `hostkey USER PORT HOST yes|no`,
# `key USER PATH open|locked|none`, and `end`, without which the answer is cut.
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin
export LC_ALL PATH
n=$1 r=$2 known=$3 since=$4
nl='
'
wants=$(cat)
limit=
# Old busyboxes want -t before the seconds.
if timeout 5 true 2>/dev/null; then limit='timeout 5'; fi

say() { printf '\n%s %s\n' "$n" "$1"; }

# put KIND USER PATH: a file of at most 256 KiB.
put() {
  case $3 in *"$nl"*) return ;; esac
  [ -f "$3" ] && [ -r "$3" ] || return
  say "file $1 $2 $(stat -L -c '%a %u %s %Y' -- "$3" 2>/dev/null || echo 0 0 0 0) ${3#"$r"}"
  head -c 262144 < "$3"
}

# All crontabs, by the one right that src/shared/sudoers.ts gives for it.
crontabs() {
  case ${HUM_SUDO:-} in /*) ;; *) return 1 ;; esac
  set -- grep -ars --exclude-dir atjobs --exclude-dir atspool ^ /var/spool/cron
  "$HUM_SUDO" -n -l "$@" >/dev/null 2>&1 </dev/null || return 1
  say crontabs
  "$HUM_SUDO" -n "$@" 2>/dev/null </dev/null | head -c 2097152 | awk -v n="$n" '
    { at = index($0, ":"); path = substr($0, 1, at - 1) }
    path !~ /^\/var\/spool\/cron\/((crontabs|tabs)\/)?[A-Za-z0-9._-]+$/ { next }
    path != last { user = path; sub(/.*\//, "", user); printf "\n%s file user %s 600 0 0 0 %s\n", n, user, path; last = path }
    { print substr($0, at + 1) }'
}

# unit KIND USER PATH: a file of systemd. A link to /dev/null takes away what other folders have under that name; other links of units are second names.
unit() {
  if [ -L "$3" ]; then
    if [ "$(readlink -- "$3")" = /dev/null ]; then
      case $3 in *"$nl"*) ;; *) say "file $1 $2 777 0 0 0 ${3#"$r"}" ;; esac
      return
    fi
    [ "$1" = drop-in ] || return
  fi
  put "$@"
}

# dropins USER FOLDER: 300 in all.
drops=0
dropins() {
  for f in "$2"/*.timer.d/*.conf "$2"/*.service.d/*.conf "$2"/timer.d/*.conf "$2"/service.d/*.conf; do
    [ -e "$f" ] || [ -L "$f" ] || continue
    drops=$((drops + 1))
    [ $drops -le 300 ] || break
    unit drop-in "$1" "$f"
  done
}

# folder USER FOLDER: what is of interest in a folder of units.
folder() {
  for f in "$2"/*.timer "$2"/*.service; do unit unit "$1" "$f"; done
  dropins "$1" "$2"
}

# vendor USER FOLDER: of what came with packages only what names rsync, with its timer.
vendor() {
  grep -sl rsync "$2"/*.service | head -n 50 | while IFS= read -r f; do
    unit unit "$1" "$f"
    unit unit "$1" "${f%.service}.timer"
  done
  dropins "$1" "$2"
}

static() {
  put crontab - "$r/etc/crontab"
  for f in "$r"/etc/cron.d/*; do put cron.d - "$f"; done
  put anacrontab - "$r/etc/anacrontab"
  grep -sl rsync "$r"/etc/cron.hourly/* "$r"/etc/cron.daily/* "$r"/etc/cron.weekly/* "$r"/etc/cron.monthly/* | head -n 200 |
    while IFS= read -r f; do put periodic - "$f"; done
  seen=
  for f in "$r"/var/spool/cron/crontabs/* "$r"/var/spool/cron/tabs/* "$r"/var/spool/cron/*; do
    if [ -f "$f" ] && [ -r "$f" ]; then
      put user "${f##*/}" "$f"
      seen=y
    fi
  done
  if [ -z "$seen" ] && [ "$(id -u)" -ne 0 ] && [ -z "$r" ] && crontabs; then seen=y; fi
  if [ -z "$seen" ] && [ "$(id -u)" -ne 0 ] && [ -z "$r" ] && mine=$(crontab -l 2>/dev/null </dev/null); then
    say "file user $(id -un) 600 $(id -u) 0 0 crontab -l"
    printf '%s\n' "$mine" | head -c 262144
  fi
  # In the order of systemd.unit(5): of two files of one name the first counts.
  for d in etc run usr/local/lib; do folder - "$r/$d/systemd/system"; done
  for d in usr/lib lib; do
    [ -L "$r/$d" ] && continue
    vendor - "$r/$d/systemd/system"
    # What an administrator has changed may name rsync where the unit itself does not.
    for f in "$r"/etc/systemd/system/*.service.d "$r"/etc/systemd/system/*.timer.d "$r"/run/systemd/system/*.service.d; do
      f=${f##*/} f=${f%.d} f=${f%.timer} f=${f%.service}
      unit unit - "$r/$d/systemd/system/$f.service"
      unit unit - "$r/$d/systemd/system/$f.timer"
    done
  done
  printf '%s\n' "$own" | while IFS=: read -r user f; do
    case $f in
      *.conf) put drop-in "$user" "$f" ;;
      /*) put unit "$user" "$f" ;;
    esac
  done
  for d in etc run usr/local/lib; do folder '*' "$r/$d/systemd/user"; done
  vendor '*' "$r/usr/lib/systemd/user"
  put rsyncd - "$r/etc/rsyncd.conf"
  say mounts
  awk '$1 !~ /^#/ && $2 ~ /^\// { print $2 }' "$r/etc/fstab" 2>/dev/null | head -n 200
  printf '%s\n' "$wants" | while read -r what path; do
    [ "$what" = file ] && [ -f "$r$path" ] && [ -r "$r$path" ] || continue
    # A program of a compiler is no script, and one without rsync of no interest.
    if [ "$(head -c 2 < "$r$path" | tr -d '\000')" = '#!' ] || [ "${path%.sh}" != "$path" ]; then
      if grep -q rsync -- "$r$path"; then put script - "$r$path"; fi
    fi
  done
}

# Units of the accounts' own managers, `ACCOUNT:PATH` a line. Nothing is read through a link of theirs; a home may lie on a file system that hangs.
own=$(awk -F: '$1 ~ /^[A-Za-z0-9._-]+$/ && $6 ~ /^\/./ && ($3 == 0 || ($3 >= 1000 && $3 != 65534)) && !seen[$6]++ { print $1 ":" $6 }' "$r/etc/passwd" 2>/dev/null |
  head -n 200 |
  $limit sh -c 'while IFS=: read -r user home; do
    for d in "$1$home/.config/systemd/user" "$1$home/.local/share/systemd/user"; do
      [ -d "$d" ] && [ ! -L "$d" ] || continue
      for f in "$d"/*.timer "$d"/*.service "$d"/*.timer.d/*.conf "$d"/*.service.d/*.conf; do
        case $f in *"$2"*) continue ;; esac
        if [ -f "$f" ] && [ -r "$f" ] && [ ! -L "$f" ] && [ ! -L "${f%/*}" ]; then printf "%s:%s\n" "$user" "$f"; fi
      done
    done
  done' sh "$r" "$nl" 2>/dev/null | head -n 200)

zone=$(cat "$r/etc/timezone" 2>/dev/null | head -n 1)
if [ -z "$zone" ]; then
  zone=$(readlink "$r/etc/localtime" 2>/dev/null)
  zone=${zone##*zoneinfo/}
fi
cron=none
for f in cron crond; do
  for d in usr/sbin sbin usr/bin; do
    if [ -x "$r/$d/$f" ] && [ "$cron" = none ]; then cron=$f; fi
  done
done
# cron throws away what a job prints where nothing takes mail.
mail=no
for f in usr/sbin/sendmail usr/lib/sendmail usr/bin/msmtp; do if [ -x "$r/$f" ]; then mail=yes; fi; done
say "now $(date +%s) $(id -u) ${zone:-UTC} $cron $mail"

# Names, times, sizes and inodes tell whether anything was changed: nothing is read again while they are the same.
stamps() {
  set -- "$r/etc/crontab" "$r"/etc/cron.d "$r"/etc/cron.d/* "$r/etc/anacrontab" "$r/etc/rsyncd.conf" "$r/etc/fstab" \
    "$r"/etc/cron.hourly/* "$r"/etc/cron.daily/* "$r"/etc/cron.weekly/* "$r"/etc/cron.monthly/* \
    "$r"/var/spool/cron/* "$r"/var/spool/cron/crontabs/* "$r"/var/spool/cron/tabs/* \
    "$r"/etc/systemd/system/*.* "$r"/run/systemd/system/*.* "$r"/usr/local/lib/systemd/system/*.* "$r/usr/lib/systemd/system" "$r/lib/systemd/system" \
    "$r"/etc/systemd/system/*.d/*.conf "$r"/run/systemd/system/*.d/*.conf "$r"/usr/local/lib/systemd/system/*.d/*.conf \
    "$r"/usr/lib/systemd/system/*.service.d "$r"/usr/lib/systemd/system/*.timer.d \
    "$r"/etc/systemd/user/*.* "$r"/etc/systemd/user/*.d/*.conf "$r"/run/systemd/user/*.* "$r"/usr/local/lib/systemd/user/*.* "$r/usr/lib/systemd/user"
  while read -r what path; do
    if [ "$what" = file ]; then set -- "$@" "$r$path"; fi
  done <<EOF
$wants
EOF
  while IFS=: read -r what path; do
    if [ -n "$path" ]; then set -- "$@" "$path"; fi
  done <<EOF
$own
EOF
  stat -L -c '%n %y %s %i %a %u' -- "$@"
  if [ "$(id -u)" -ne 0 ] && [ -z "$r" ]; then
    crontab -l </dev/null
    # What one may read may have changed, and crontabs that only the folder tells of.
    stat -c '%n %y' -- /etc/sudoers /etc/sudoers.d /var/spool/cron /var/spool/cron/crontabs /var/spool/cron/tabs
  fi
}
sum=$(stamps 2>/dev/null | cksum)
sum=${sum%% *}.${sum##* }
if [ "$sum" = "$known" ]; then
  say same
else
  say "static $sum"
  static 2>/dev/null | head -c 4194304
fi

for d in "$r"/var/lib/hum/jobs/*; do
  j=${d##*/}
  case $j in *[!a-z0-9-]*) continue ;; esac
  if [ -f "$d/status.json" ]; then
    pid=$(sed -n 's/.*"pid" *: *\([0-9][0-9]*\).*/\1/p' "$d/status.json" 2>/dev/null | head -n 1)
    alive=gone
    # Process ids come again: it must be the job's script.
    if [ -n "$pid" ] && tr '\000' '\n' < "/proc/$pid/cmdline" 2>/dev/null | grep -q "/jobs/$j\.sh\$"; then alive=alive; fi
    say "status $j $alive"
    head -c 4096 < "$d/status.json"
  fi
  if [ -f "$d/runs.jsonl" ]; then
    say "runs $j"
    tail -n 400 -- "$d/runs.jsonl" | awk -v since="$since" '
      match($0, /"ended" *: *[0-9]+/) { v = substr($0, RSTART, RLENGTH); sub(/.*: */, "", v); if (v + 0 > since + 0) print substr($0, 1, 600) }'
  fi
done

hz=$(getconf CLK_TCK 2>/dev/null) || hz=100
boot=$(awk '$1 == "btime" { print $2 }' /proc/stat 2>/dev/null)
facts() {
  st=$(cat "/proc/$1/stat" 2>/dev/null) || return
  st=${st##*) }
  # shellcheck disable=SC2086 # numbers
  set -- "$1" $st
  parent=$3 started=$((${boot:-0} + ${21:-0} / ${hz:-100}))
}
for p in /proc/[0-9]*; do
  { read -r c < "$p/comm"; } 2>/dev/null || continue
  [ "$c" = rsync ] || continue
  pid=${p#/proc/}
  parent=
  facts "$pid"
  [ -n "$parent" ] || continue
  io=$(awk '$1 == "rchar:" { a = $2 } $1 == "wchar:" { b = $2 } END { if (a != "") print a, b; else print "- -" }' "$p/io" 2>/dev/null)
  say "process $pid $parent $started ${io:-- -} $(stat -c %U "$p" 2>/dev/null || echo -)"
  tr '\n\000' ' \n' < "$p/cmdline" 2>/dev/null | head -c 8192
  for up in 1 2 3 4 5; do
    [ "$parent" -gt 1 ] || break
    printf '\n%s parent\n' "$n"
    tr '\n\000' ' \n' < "/proc/$parent/cmdline" 2>/dev/null | head -c 4096
    before=$parent
    facts "$parent"
    [ "$parent" != "$before" ] || break
  done
done

patterns=
# units NAME USER: an account's own manager is not asked: to ask it is to log in as the account, which may start it.
units() {
  say "unit $1${2:+ $2}"
  by="-u $1 _PID=1"
  if [ -n "$2" ]; then
    by="USER_UNIT=$1 _UID=$(id -u -- "$2" 2>/dev/null)"
  else
    $limit systemctl show -p ActiveState,Result,ExecMainStatus,ExecMainStartTimestamp,ExecMainExitTimestamp,MainPID,ActiveEnterTimestamp -- "$1" 2>/dev/null
    t=${1%.service}.timer
    $limit systemctl show -p NextElapseUSecRealtime,LastTriggerUSec -- "$t" 2>/dev/null
  fi
  echo journal
  # shellcheck disable=SC2086
  $limit journalctl -q -o short-unix --no-pager --since=-30days $by -n 400 2>/dev/null | cut -c 1-300
}
while read -r what a b; do
  case $what in
    log)
      [ -f "$r$b" ] && [ -r "$r$b" ] || continue
      st=$(stat -L -c '%s %Y' -- "$r$b" 2>/dev/null) || continue
      say "log $st $b"
      if [ "$a" = "${st%% *}.${st##* }" ]; then
        echo same
      else
        tail -c 1048576 -- "$r$b" | tr '\r\000' '\n\n' | grep -aE 'building file list|receiving (incremental )?file list|sending incremental file list|sent [0-9,.]+[KMGT]? bytes|total size is|rsync (error|warning):' | tail -n 400 | cut -c 1-300
      fi
      ;;
    unit) units "$a" "$b" ;;
    cron) patterns=${patterns:+$patterns$nl}${a}${b:+ $b} ;;
    place)
      path=$a${b:+ $b}
      t=$r$path
      kind=$($limit stat -L -c '%F' -- "$t" 2>/dev/null | tr ' ' -)
      device=$($limit stat -L -c '%d' -- "$t" 2>/dev/null)
      near=$t
      while [ ! -e "$near" ] && [ "${near%/*}" != "$near" ] && [ -n "${near%/*}" ]; do near=${near%/*}; done
      [ -e "$near" ] || near=/
      [ -n "$device" ] || device=near.$($limit stat -L -c '%d' -- "$near" 2>/dev/null)
      empty=no
      if [ "$kind" = directory ] && [ -z "$($limit ls -A -- "$t" 2>/dev/null | head -c 1)" ]; then empty=yes; fi
      mount=$($limit df -P -- "$near" 2>/dev/null | awk 'NR == 2 { $1 = $2 = $3 = $4 = $5 = ""; sub(/^ +/, ""); print }')
      say "place ${kind:-none} ${device:--} $empty $path"
      printf '%s\n' "$mount"
      ;;
    secret)
      path=$a${b:+ $b}
      say "secret $(stat -L -c '%a %U' -- "$r$path" 2>/dev/null || echo - -) $path"
      ;;
    hostkey | key)
      home=$(awk -F: -v u="$a" '$1 == u { print $6 }' "$r/etc/passwd" 2>/dev/null)
      if [ "$what" = hostkey ]; then
        port=${b%% *} host=${b#* }
        name=$host
        [ "$port" = 22 ] || name="[$host]:$port"
        found=unknown
        if command -v ssh-keygen >/dev/null 2>&1 && { [ ! -e "$r$home/.ssh" ] || [ -x "$r$home/.ssh" ]; }; then
          found=no
          for f in "$r$home/.ssh/known_hosts" "$r$home/.ssh/known_hosts2" "$r/etc/ssh/ssh_known_hosts"; do
            if [ -f "$f" ] && [ -r "$f" ] && [ -n "$($limit ssh-keygen -F "$name" -f "$f" 2>/dev/null)" ]; then found=yes; fi
            [ -e "$f" ] && [ ! -r "$f" ] && [ "$found" = no ] && found=unknown
          done
        fi
        # A name of the person's ssh_config may stand for another.
        if [ $found = no ] && [ -f "$r$home/.ssh/config" ] && grep -i '^[[:space:]]*host[[:space:]]' "$r$home/.ssh/config" /dev/null 2>/dev/null | grep -qF -e "$host"; then found=unknown; fi
        say "hostkey $a $port $found $host"
      else
        found=none
        for f in ${b:-id_ed25519 id_rsa id_ecdsa}; do
          case $f in /*) f=$r$f ;; *) f=$r$home/.ssh/${f#\~/.ssh/} ;; esac
          # A pipe in place of a key would never end.
          [ -f "$f" ] && [ -r "$f" ] && [ "$found" != open ] || continue
          if $limit ssh-keygen -y -P '' -f "$f" >/dev/null 2>&1 </dev/null; then found=open; else found=locked; fi
        done
        say "key $a $found $b"
      fi
      ;;
  esac
done <<EOF
$wants
EOF

if [ -n "$patterns" ]; then
  say cron
  set --
  for f in "$r"/var/log/syslog.1 "$r"/var/log/syslog "$r"/var/log/cron "$r"/var/log/cron.log "$r"/var/log/messages; do
    if [ -f "$f" ] && [ -r "$f" ]; then set -- "$@" "$f"; fi
  done
  if [ $# -gt 0 ]; then
    grep -ahE '(CRON|crond?|CROND)\[[0-9]+\]: \(' -- "$@" 2>/dev/null | grep -aF -e "$patterns" | tail -n 400 | cut -c 1-400
  elif [ -z "$r" ]; then
    $limit journalctl -q -o short-unix --no-pager --since=-30days -t CRON -t crond -t CROND -t cron -n 2000 2>/dev/null | grep -aF -e "$patterns" | tail -n 400 | cut -c 1-400
  fi
fi
say end
