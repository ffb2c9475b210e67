# What the scripts of a deployment share, after toolstack.sh: what one plan makes on a host, how that is known again, and how it is taken back.
#
# A plan's ledger is the folder /var/lib/hum/deploys/MARK. For each thing it holds, before the thing has its name:
#   made-KEY      device:inode:birth of a file, and the boot in which they are that: device numbers are others after the next, and the number of
#                 a file that is gone is another one's. Of a volume its uuid
#   in-KEY        the same of the folder that the file lies in
#   folder-KEY-N  the same of a folder that was missing, and its path
#   boolean-NAME, domain     what a boolean of SELinux was; the uuid of the VM, and the boot in which it was built
#   script-KEY, worker-KEY, last-KEY   process id and start time of the script, of a long command that may be stopped, of one that may not;
#                 they stay when those have ended, until the plan is over: a process less
# What is not finished is called .hum-MARK-KEY, in the folder where it is to be.
#
# of_plan MARK [KEY]   whose ledger it is, and which thing of the plan a script is about: before anything else
# refuse STATUS WORD [DETAIL]   says why as data, `refused WORD DETAIL`, and ends; deploy/deployment-failures.ts has the sentences
# begin             stops what an earlier run of this script has left running, and puts this one on record
# undo              the same for a script that takes back: one that was sent before it and begins later does nothing
# see               notes that somebody looks
# work COMMAND…     runs it to its end, as one that an undo can stop; also stops it when nobody has looked (`see`) for a minute: whoever
#                   wanted it is gone, and a copy of many gigabytes must not go on. Its output is in $printed
# finish COMMAND…   runs it as `act` does: once begun it comes to its end, and an undo waits for that
# place [IDENTITY]  gives $temp the name $path, and never takes a name from another file; the identity of $temp is asked for where it is not given
# unmake            takes back what `place` did, however far it came, and nothing else
# make_home         makes the folder of $path, and puts on record which one it is
# make_folder PATH, unmake_folders

hum=/var/lib/hum

of_plan() {
  mark=$1 key=${2-}
  case $mark in '' | *[!0-9a-f]*) exit 85 ;; esac
  case $key in *[!A-Za-z0-9_-]*) exit 85 ;; esac
  # Without root's rights nothing is seen of the ledger, and all would seem to be gone.
  [ -n "$sudo" ] || [ "$uid" -eq 0 ] || exit 88
  ledger=$hum/deploys/$mark
}

refuse() {
  printf 'refused %s %s\n' "$2" "${3-}"
  exit "$1"
}

# Two may enter the same at once: a look that comes late, and the next step.
# Root does what can be done without a process of its own without one: a host may have little to spare.
enter() {
  if [ -z "$sudo" ]; then
    printf '%s\n' "$2" >"$ledger/$1.$$.new" && mv -f "$ledger/$1.$$.new" "$ledger/$1"
  else
    printf '%s\n' "$2" | $sudo sh -c 'cat >"$1.$$.new" && mv -f "$1.$$.new" "$1"' sh "$ledger/$1"
  fi || refuse 1 ledger
}

# The same, without a process, for an entry that nobody else enters: for a moment it is empty, which its readers take for none.
jot() {
  if [ -z "$sudo" ]; then printf '%s\n' "$2" >"$ledger/$1"; else printf '%s\n' "$2" | $sudo tee "$ledger/$1" >/dev/null; fi || refuse 1 ledger
}

entry() {
  if [ -n "$sudo" ]; then
    $sudo cat "$ledger/$1" 2>/dev/null
  elif [ -e "$ledger/$1" ]; then
    while IFS= read -r entered; do printf '%s\n' "$entered"; done 2>/dev/null <"$ledger/$1"
  fi
}

see() {
  if [ -z "$sudo" ]; then true >"$ledger/seen"; else $sudo touch "$ledger/seen"; fi 2>/dev/null
}

# strike WORD...
strike() {
  for entered; do
    if [ -z "$sudo" ] && ! [ -e "$ledger/$entered" ]; then shift; else
      set -- "$@" "$ledger/$entered"
      shift
    fi
  done
  [ $# -eq 0 ] || $sudo rm -f -- "$@"
}

there() {
  $sudo test -e "$1" || $sudo test -L "$1"
}

boot=
{ read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null

# For $( ) only, in place of whose shell it runs.
identity() {
  exec $sudo stat -c '%d:%i:%W' -- "$1" 2>/dev/null
}

# same PATH IDENTITY BOOT
same() {
  now=$(identity "$1")
  [ -n "$now" ] && [ -n "$2" ] || return 1
  # One of an earlier Hum knows no time of birth.
  case $2 in *:*:*) ;; *) now=${now%:*} ;; esac
  [ "$now" != "$2" ] || return 0
  # After a reboot, or once its file system is mounted anew, a device has another number. Within one boot only the time of birth, where there is
  # one, tells that it is no other file of this number.
  case $2 in *:*:[1-9]*) ;; *) [ "$3" != "$boot" ] || return 1 ;; esac
  [ "${now#*:}" = "${2#*:}" ]
}

# at_home FOLDER: whether it is $home, or is gone from the file system of that: another undo takes an empty folder away.
at_home() {
  same "$1/" "$home" "$when" && return 0
  up=$1
  until $sudo test -d "$up/"; do up=${up%/*}; done
  [ "$when" = "$boot" ] && [ "$($sudo stat -Lc %d -- "$up/" 2>/dev/null)" = "${home%%:*}" ]
}

# Sets $state and $began of a process, the 3rd and the 22nd field of proc(5), stat. A process id alone may be another one's by now.
process() {
  state='' began='' fields=
  # Where /proc hides what others run (hidepid), root alone sees it.
  read -r fields 2>/dev/null <"/proc/$1/stat" ||
    { [ -n "$sudo" ] && fields=$($sudo cat "/proc/$1/stat" 2>/dev/null); } || return 1
  set -- ${fields##*) }
  state=${1-} began=${20-}
}

# alive RECORD: sets $pid
alive() {
  pid='' since=''
  if [ -z "$sudo" ]; then
    read -r pid since 2>/dev/null <"$ledger/$1" || return 1
  else
    read -r pid since <<END
$(entry "$1")
END
  fi
  [ -n "$pid" ] && [ -n "$since" ] && process "$pid" && [ "$began" = "$since" ] && [ "$state" != Z ]
}

# A moment; POSIX knows no fraction of a second.
nap() {
  sleep 0.1 2>/dev/null || sleep 1
}

stop() {
  tried=0
  while alive "$1"; do
    case $tried in
      0) $sudo kill -TERM "$pid" 2>/dev/null ;;
      30) $sudo kill -KILL "$pid" 2>/dev/null ;;
      300) refuse 1 busy "$pid" ;;
    esac
    nap
    tried=$((tried + 1))
  done
  strike "$1"
}

await() {
  tried=0
  while alive "$1"; do
    [ "$tried" -lt 600 ] || refuse 124 busy "$pid"
    sleep 1
    tried=$((tried + 1))
  done
  strike "$1"
}

# An earlier run may be in the middle of a short command: its end is waited for by a second.
stop_former() {
  if alive "script-$key" && [ "$pid" != $$ ]; then
    $sudo kill -KILL "$pid" 2>/dev/null
    sleep 1
  fi
  strike "script-$key"
  stop "worker-$key"
  await "last-$key"
}

stopped=
begin() {
  $sudo test -d "$ledger" || refuse 85 ledger
  stop_former
  trap 'stopped=yes' HUP TERM INT
  process $$
  jot "script-$key" "$$ $began"
  # In this order, and undo in the other: one of the two sees the other.
  ! $sudo test -e "$ledger/undone-$key" || refuse 85 undone
}

# The sign is an empty file: there is room for one on a disk that is full. Should there be none, what was made is taken away all the same.
undo() {
  if $sudo test -d "$ledger"; then $sudo touch "$ledger/undone-$key"; fi
  stop_former
}

# Puts itself on record, so that there is no moment in which a command runs that nobody knows of. In the order of `begin`.
# shellcheck disable=SC2016
began_at='at() { s=${20-}; }; s=; read -r f 2>/dev/null </proc/$$/stat && at ${f##*) } && [ -n "$s" ]'
# shellcheck disable=SC2016
recorded=$began_at' && printf "%s %s\n" $$ "$s" >"$1" && [ ! -e "$2" ] || exit 1; shift 2; exec "$@"'
# shellcheck disable=SC2016
recorded_into='exec >"$3" 2>&1; '$began_at' && printf "%s %s\n" $$ "$s" >"$1" && [ ! -e "$2" ] || exit 1; shift 3; exec "$@"'

# guard PROCESS RECORD SECONDS &: stops what is on record when nobody looks any more.
guard() {
  # Here, and for good: a shell that redirects a function keeps the former files open, and sshd waits for whoever has them.
  exec </dev/null >/dev/null 2>&1
  # A person who cancels ends the whole group of processes, and what is guarded may be in another.
  trap '' HUP TERM INT
  idle=0
  while $sudo test -d "/proc/$1"; do
    sleep 5
    if $sudo test -e "$ledger/seen"; then
      strike seen
      idle=0
    else
      idle=$((idle + 5))
    fi
    [ "$idle" -lt "$3" ] || {
      stop "$2"
      exit
    }
  done
}

work() {
  printed=
  status=143
  [ -z "$stopped" ] || return 143
  $sudo sh -c "$recorded_into" sh "$ledger/worker-$key" "$ledger/undone-$key" "$ledger/said-$key" "$@" </dev/null >/dev/null 2>&1 &
  child=$!
  guard $child "worker-$key" 60 &
  guard=$!
  wait $child
  status=$?
  [ -z "$stopped" ] || stop "worker-$key"
  kill -KILL $guard 2>/dev/null
  if $sudo test -s "$ledger/said-$key"; then printed=$($sudo head -c 8192 "$ledger/said-$key" 2>/dev/null); fi
  [ -z "$stopped" ] || status=143
  return $status
}

finish() {
  act sh -c "$recorded" sh "$ledger/last-$key" "$ledger/undone-$key" "$@"
}

# link(1) does nothing but link(2); ln would put the file into a folder of that name.
linked() {
  if command -v link >/dev/null 2>&1; then $sudo link "$1" "$2"; else $sudo ln "$1" "$2"; fi
}

place() {
  made=${1:-$(identity "$temp")}
  [ -n "$made" ] || refuse 85 program stat
  jot "made-$key" "$made $boot"
  # A name that outlives a power failure, whose record does not, is nobody's.
  $sudo sync "$ledger/made-$key" 2>/dev/null || $sudo sync
  if there "$path"; then refuse 83 there "$path"; fi
  linked "$temp" "$path" || {
    if there "$path"; then refuse 83 there "$path"; fi
    exit 1
  }
  $sudo rm -f -- "$temp"
  # Where the folder has a kind of its own for SELinux, the file gets it.
  if command -v restorecon >/dev/null 2>&1; then $sudo restorecon "$path" >/dev/null 2>&1; fi
  return 0
}

# Whether $path is the very file that this plan has placed.
placed() {
  made='' when=''
  if $sudo test -e "$ledger/made-$key"; then
    read -r made when <<END
$(entry "made-$key")
END
  fi
  [ -n "$made" ] && same "$path" "$made" "$when"
}

unmake() {
  read -r home when <<END
$(entry "in-$key")
END
  # A file system that is not mounted now has not lost what is on it.
  [ -z "$home" ] || at_home "${path%/*}" || refuse 85 away "${path%/*}/"
  if placed; then
    # Killed between the two, it has both names, and mv(1) moves no file to itself.
    $sudo rm -f -- "$temp" || exit $?
    # The name first, then the record, then the file: a number on record is never free for another file.
    $sudo mv -f -- "$path" "$temp" || exit $?
    strike "made-$key"
    $sudo rm -f -- "$temp" || exit $?
    strike "in-$key"
    return 0
  fi
  if there "$path"; then
    if [ -n "$made" ]; then echo 'Another file has that name now: it is left.'; fi
    # Without a ledger the deployment is over, and nobody can tell whose it is.
    $sudo test -d "$ledger" || refuse 85 finished "$path"
  fi
  strike "made-$key"
  $sudo rm -f -- "$temp" || exit $?
  strike "in-$key"
}

make_home() {
  make_folder "${path%/*}"
  jot "in-$key" "$(identity "${path%/*}/") $boot"
}

make_folder() {
  [ -n "$1" ] || return 0
  if $sudo test -d "$1"; then return 0; fi
  make_folder "${1%/*}"
  folders=1
  while [ -n "$(entry "folder-$key-$folders")" ]; do folders=$((folders + 1)); done
  new=${1%/*}/.hum-$mark-$key-folder
  enter "folder-$key-$folders" "- - $1"
  $sudo test -d "$new" || $sudo mkdir -m 755 "$new" || exit $?
  enter "folder-$key-$folders" "$(identity "$new") $boot $1"
  $sudo mv "$new" "$1" || exit $?
  # Somebody was faster, and it was put into their folder.
  $sudo rmdir "$1/.hum-$mark-$key-folder" 2>/dev/null
  return 0
}

unmake_folders() {
  folders=0
  while [ -n "$(entry "folder-$key-$((folders + 1))")" ]; do folders=$((folders + 1)); done
  while [ "$folders" -gt 0 ]; do
    read -r made when folder <<END
$(entry "folder-$key-$folders")
END
    $sudo rmdir "${folder%/*}/.hum-$mark-$key-folder" 2>/dev/null
    # With something in it by now it stays.
    if same "$folder" "$made" "$when"; then $sudo rmdir "$folder" 2>/dev/null; fi
    strike "folder-$key-$folders"
    folders=$((folders - 1))
  done
}

# fits FOLDER KIB: refuses where less is free; also for a folder that is not there yet.
fits() {
  folder=$1
  while [ -n "$folder" ] && ! $sudo test -d "$folder"; do folder=${folder%/*}; done
  # Blocks, and how large each is.
  free=$($sudo stat -f -c '%a %S' -- "${folder:-/}" 2>/dev/null)
  [ -n "$free" ] || return 0
  free=$((${free% *} * ${free#* } / 1024))
  if [ "$free" -lt "$2" ]; then refuse 84 room "$free $2 ${folder:-/}"; fi
}

needs() {
  command -v "$1" >/dev/null 2>&1 || refuse 85 program "$1"
}
