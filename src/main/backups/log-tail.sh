# Prints the last 200 lines of the file $1, or of the journal of the unit $2 where $1 is empty; 256 KiB at most. $3: the account whose own manager runs
# the unit, empty for the system's. Exit status: 3 it is not there, or not to be read.
LC_ALL=C
export LC_ALL
if [ -z "$1" ]; then
  command -v journalctl >/dev/null 2>&1 || exit 3
  if [ -n "$3" ]; then
    uid=$(id -u -- "$3" 2>/dev/null) || exit 3
    set -- "_SYSTEMD_USER_UNIT=$2" "_UID=$uid" + "USER_UNIT=$2" "_UID=$uid"
  else
    set -- -u "$2"
  fi
  journalctl -q --no-pager -o short-iso -n 200 "$@" 2>/dev/null </dev/null | tail -c 262144
  exit
fi
[ -f "$1" ] && [ -r "$1" ] || exit 3
tail -n 200 -- "$1" | tail -c 262144
