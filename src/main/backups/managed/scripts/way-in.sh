# Looks whether a job's account can do what the job needs. Run as that account; changes nothing.
#
#   $1  local, ssh, daemon
#   $2  the folder of the copies
#   $3  how many sources follow
#   $4… the sources, then the words of ssh up to the account on the other side, or those of an rsync that asks the daemon
#
# Prints a fact a line, of the other side too: `far KEY VALUE`. What ssh says goes to stderr.

LC_ALL=C
export LC_ALL
kind=$1 place=$2 sources=$3
shift 3
at=0
while [ "$at" -lt "$sources" ]; do
  at=$((at + 1))
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then
    echo "source $at missing"
  elif [ -d "$1" ] && ! { [ -r "$1" ] && [ -x "$1" ]; }; then
    echo "source $at unreadable"
  elif [ ! -d "$1" ] && [ ! -r "$1" ] && [ ! -L "$1" ]; then
    echo "source $at unreadable"
  elif [ -d "$1" ] && [ -z "$(ls -A -- "$1" 2>/dev/null | head -c 1)" ]; then
    echo "source $at empty"
  else
    echo "source $at ok $(stat -L -c %d -- "$1" 2>/dev/null)"
  fi
  shift
done
echo sources-end

# What is told of the place, there. Its value is the first line of stdin to whoever reads this.
far='
version=$(rsync --version 2>/dev/null | sed -n "s/^rsync *version *v*\([0-9][0-9.]*\).*/\1/p" | head -n 1)
echo "far in yes"
echo "far rsync $version"
echo "far clock $(date +%s)"
each=$place
while [ -n "$each" ] && [ ! -e "$each" ]; do
  case $each in */*) each=${each%/*} ;; *) each=. ;; esac
  [ -n "$each" ] || each=/
done
[ "$each" = "$place" ] && echo "far there yes" || echo "far there no"
if [ ! -d "$each" ]; then echo "far rights nofolder"; elif [ -w "$each" ] && [ -x "$each" ]; then echo "far rights yes"; else echo "far rights no"; fi
echo "far free $(df -Pk -- "$each" 2>/dev/null | awk "NR == 2 { print \$4 }")"
echo "far device $(stat -L -c %d -- "$each" 2>/dev/null)"
'
case $kind in
  local) eval "$far" ;;
  ssh)
    word=$(printf '%s\n' "$place" | sed "s/'/'\\\\''/g")
    printf "place='%s'\n%s" "$word" "$far" | timeout 60 "$@" exec sh -s
    status=$?
    echo "ssh $status"
    if [ "$status" -eq 255 ]; then
      chosen= port=22
      while [ $# -gt 1 ]; do
        case $1 in -i) chosen=$2 ;; -p) port=$2 ;; esac
        shift
      done
      keys=no
      for each in "$chosen" "$HOME"/.ssh/id_*; do
        case $each in '' | *.pub) continue ;; esac
        [ -f "$each" ] || continue
        keys=yes
        ssh-keygen -y -P '' -f "$each" >/dev/null 2>&1 || echo "locked $each"
      done
      echo "keys $keys"
      timeout 10 ssh-keyscan -T 8 -p "$port" -- "${1##*@}" 2>/dev/null | ssh-keygen -l -f - 2>/dev/null | sed 's/^/offers /'
    fi
    ;;
  daemon)
    timeout 60 "$@" </dev/null >/dev/null
    echo "daemon $?"
    ;;
esac
echo end
