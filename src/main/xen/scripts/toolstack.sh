# What every script begins with that changes something about a domain. POSIX sh.
#
# sets: $uid    the effective user
#       $sudo   "sudo -n" where root's rights are needed and can be had without a password, else empty
#       $limit  "timeout N" where there is timeout(1), for a toolstack that hangs
#       $newline
# act WORD...   runs a command of the toolstack to its end, in a session of its own: an xl that is stopped in the middle, because the connection is
#               lost or a person cancels, leaves a half-built or half-saved domain. Its output, both streams, is printed after. Answers its
#               exit status
# ask WORD...   runs one that only asks or notes something; `asked` does it in place of the shell that calls it, for $( ): a process less
# hold KEY      waits until no other script of Hum acts under this key, and acts under it from then on; with `release` that ends. An undo
#               waits in this way for what it is to take back
# find_id UUID ID NAME
#               sets $id to the domain that has this uuid now; where it has none, ID as long as it is called NAME. Ends with 81 where it is gone,
#               with 82 where it is the control domain
#
# Exit statuses of ours: 81 the domain is gone, 82 it is the control domain, 83 the name or file is there already, 84 no room on disk,
# 85 it is not what was expected, 86 xenstore does not answer, and nothing was begun; 124 (of timeout(1)) the toolstack hangs.

LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin
export LC_ALL PATH
set -f
newline='
'
# Caught, not ignored: what is started here, and lives on as a domain's monitor, must be able to end.
trap : HUP PIPE TERM INT

# From Linux itself where it can be: a process less, of which a busy host has none to spare.
uid=
while read -r field _ effective _; do
  if [ "$field" = Uid: ]; then uid=$effective; fi
done 2>/dev/null </proc/self/status
[ -n "$uid" ] || uid=$(id -u)

sudo=
if [ "$uid" -ne 0 ] && sudo -n true 2>/dev/null </dev/null; then sudo='sudo -n'; fi
limit=
if command -v timeout >/dev/null 2>&1; then limit=timeout; fi

ask() {
  $sudo ${limit:+$limit 20} "$@" </dev/null
}

asked() {
  exec $sudo ${limit:+$limit 20} "$@" </dev/null
}

own=
if command -v setsid >/dev/null 2>&1; then own=setsid; fi

act() {
  printed=$(exec $own $sudo "$@" 2>&1 </dev/null)
  status=$?
  [ -z "$printed" ] || printf '%s\n' "$printed"
  return $status
}

hold() {
  held=/tool/hum/$1
  waited=0
  while :; do
    holder=$($sudo ${limit:+$limit 10} xenstore-read "$held" 2>/dev/null </dev/null)
    case $? in
      0) $sudo test -d "/proc/$holder" || break ;;
      124) exit 86 ;;
      *) break ;;
    esac
    [ "$waited" -lt 600 ] || exit 124
    sleep 1
    waited=$((waited + 1))
  done
  ask xenstore-write "$held" $$ || exit $?
}

release() {
  ask xenstore-rm "$held"
}

find_id() {
  if [ "$tool" = xl ]; then
    # xl(1), vm-list: UUID, ID and name, the name last because it may be anything.
    listed=$(asked xl vm-list) || exit $?
  else
    # xm has no such list; xenstore has had these nodes since xend.
    ids=$(asked xenstore-list /local/domain) || exit 86
    listed=$(for each in $ids; do
      vm=$(asked xenstore-read "/local/domain/$each/vm")
      printf '%s %s %s\n' "$(expr "${vm#/vm/}" : '\(.\{36\}\)')" "$each" "$(asked xenstore-read "/local/domain/$each/name")"
    done)
  fi
  ids=
  while read -r uuid_there id_there name_there; do
    if [ -n "$1" ]; then
      [ "$uuid_there" = "$1" ] || continue
    else
      [ "$id_there" = "$2" ] && [ "$name_there" = "$3" ] || continue
    fi
    case $id_there in '' | *[!0-9]*) exit 85 ;; esac
    ids="$ids $id_there"
  done <<END
$listed
END
  id=
  for each in $ids; do
    case $each:$1 in
      0:* | *:00000000-0000-0000-0000-000000000000) exit 82 ;;
    esac
    if [ -n "$1" ]; then
      vm=$(asked xenstore-read "/local/domain/$each/vm" 2>/dev/null)
      case $?:$vm in
        "0:/vm/$1" | "0:/vm/$1-"*) ;;
        0:*) exit 85 ;;
        124:*) exit 86 ;;
        # It is being taken apart; of a guest that restarts, the next may be there already.
        *) continue ;;
      esac
    fi
    # Two of one uuid: a name with a line end pretends to be a domain.
    [ -z "$id" ] || exit 85
    id=$each
  done
  [ -n "$id" ] || return 81
}
