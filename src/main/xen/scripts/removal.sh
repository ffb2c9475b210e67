# Moves one thing that belonged to a domain into the trash, puts it back from there, or removes it at once. Safe to repeat, however far it came.
#
#   take ENTRY DAYS ID PATH TEXT              a file or a symbolic link. ID: device:inode that it must have; TEXT: for the README beside it
#   back ENTRY ID PATH
#   drop ENTRY ID PATH
#   take-volume ENTRY DAYS UUID GROUP NAME TEXT
#   back-volume ENTRY UUID GROUP NAME
#   drop-volume ENTRY UUID GROUP NAME
#
# Exit status: 81 it is not in the trash any more, 83 something else has its name now, 84 stat or lvs is missing, 85 it is not what was
# shown, 87 somebody uses it, 88 a folder of the trash is not ours, 89 it could only be copied. None of them has changed the thing.

command -v stat >/dev/null || exit 84

say_and_exit() {
  echo "$2"
  exit "$1"
}

# A guest that has ended lets go of its disks a moment later.
await_unused() {
  tries=0
  while "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 10 ] || say_and_exit 87 'It is in use.'
    sleep 1
  done
}

folder() {
  [ -e "$1" ] || [ -L "$1" ] || mkdir -m "$2" "$1"
  ours "$1" || say_and_exit 88 "$1 is not a folder of root's alone."
}

# Begins an entry: $due is set once, and stays.
begin() {
  entry=$trash/$1
  folder /var/lib/hum 755
  folder "$trash" 700
  folder "$entry" 700
  due=$(sed -n 's/^due \([0-9]\{1,18\}\)$/\1/p' "$entry/record" 2>/dev/null)
  # Only that of this very step: one that somebody put back by hand has left its record.
  now=$(date +%s)
  [ -n "$due" ] && [ "$due" -gt $((now + ($2 - 1) * 86400)) ] || due=$((now + $2 * 86400))
}

# KIND ID PLACE README-FOLDER TEXT
note() {
  printf '%s' "$3" >"$entry/place" &&
    printf '%s\n\nIt may go: %s\n' "$5" "$(date -u -d "@$due" 2>/dev/null || echo "$due seconds after 1970")" >"$4/README" &&
    printf 'hum-trash 1\ndue %s\nkind %s\nid %s\nend\n' "$due" "$1" "$2" >"$entry/record" || exit
}

forget() {
  rm -f "$beside/README" "$entry/README" "$entry/record" "$entry/place"
  rmdir "$beside" 2>/dev/null && rmdir "${beside%/*}" 2>/dev/null
  if [ -d "$entry" ]; then rmdir "$entry"; fi
}

take() {
  id=$3 path=$4 text=$5 entry=$trash/$1
  # trash.sh follows no link to where it lies.
  real=$(cd "${path%/*}/" && pwd -P && printf x) || say_and_exit 85 'Its folder is not there any more.'
  real=${real%?x}
  path=${real%/}/${path##*/}
  beside=${path%/*}/.hum-trash/$1
  for place in "$entry" "$beside"; do
    [ "$(id_of "$place/item")" = "$id" ] || continue
    if [ "$(id_of "$path")" = "$id" ]; then rm -f "$path" || exit; fi
    say_and_exit 0 'It is in the trash.'
  done
  [ "$(id_of "$path")" = "$id" ] || say_and_exit 85 'It is not there any more, or something else has its name.'
  [ -L "$path" ] || await_unused in_use "$path"
  begin "$1" "$2"
  # A hard link: never over something, never a copy. The thing has two names for a moment, and none is lost whenever this ends.
  place=$entry
  if [ "$(stat -c %d "$path")" != "$(stat -c %d "$entry")" ] ||
    ! { note file "$id" "$entry" "$entry" "$text" && ln "$path" "$entry/item" 2>/dev/null; }; then
    place=$beside
    folder "${place%/*}" 700
    folder "$place" 700
    [ "$(stat -c %d "$path")" = "$(stat -c %d "$place")" ] || say_and_exit 89 'It could only be copied.'
    rm -f "$entry/README"
    note file "$id" "$place" "$place" "$text"
    # Where a file system has no hard links: within one folder nothing is copied either.
    [ ! -e "$place/item" ] && [ ! -L "$place/item" ] || say_and_exit 83 "$place/item is there already."
    ln "$path" "$place/item" 2>/dev/null || mv "$path" "$place/item" || exit
  fi
  if [ "$(id_of "$place/item")" != "$id" ]; then
    # Replaced in this moment: what has the name now keeps it.
    [ "$path" -ef "$place/item" ] && rm -f "$place/item"
    say_and_exit 85 'Something else has its name by now.'
  fi
  if [ "$(id_of "$path")" = "$id" ]; then rm -f "$path" || exit; fi
  printf 'It is in %s\n' "$place"
}

back() {
  id=$2 path=$3 entry=$trash/$1
  beside=${path%/*}/.hum-trash/$1
  there=$(id_of "$path")
  for place in "$entry" "$beside" ''; do
    [ -n "$place" ] || break
    # After a reboot the device may have another number; into these folders root alone writes.
    now=$(id_of "$place/item")
    if [ -n "$now" ] && [ "${now#*:}" = "${id#*:}" ]; then
      id=$now
      break
    fi
  done
  if [ -z "$place" ]; then
    [ "${there#*:}" = "${id#*:}" ] || say_and_exit 81 'It is neither where it was nor in the trash.'
    forget
    say_and_exit 0 'It is where it was.'
  fi
  ours "$place" || say_and_exit 88 "$place is not a folder of root's alone."
  if [ "$there" != "$id" ]; then
    [ -z "$there" ] || say_and_exit 83 'Something else has its name now.'
    if ! ln "$place/item" "$path" 2>/dev/null; then
      [ "$place" = "$beside" ] || say_and_exit 89 'It could not be put back without a copy.'
      mv -n "$place/item" "$path"
    fi
    [ "$(id_of "$path")" = "$id" ] || say_and_exit 83 'Something else has its name now.'
  fi
  rm -f "$place/item" || exit
  forget
}

drop() {
  there=$(id_of "$3")
  [ -n "$there" ] || say_and_exit 0 'It is gone.'
  [ "$there" = "$2" ] || say_and_exit 85 'Something else has its name by now.'
  [ -L "$3" ] || await_unused in_use "$3"
  rm -f "$3"
}

# Sets $now and $attributes of the volume with this uuid in a group; fails where there is none.
find_volume() {
  command -v lvs >/dev/null || exit 84
  rows=$(volumes "$1") || say_and_exit 85 "The volume group $1 cannot be read now."
  found=$(printf '%s\n' "$rows" | while IFS='|' read -r _ each uuid attributes _; do
    if [ "$uuid" = "$2" ]; then printf '%s %s\n' "$each" "$attributes"; fi
  done)
  [ -n "$found" ] || return 1
  now=${found%% *} attributes=${found#* }
}

# lvs(8): the first attribute is o for what has snapshots, which would go with it; the sixth is o while it is open.
volume_in_use() {
  find_volume "$1" "$2" || return 1
  case $attributes in
    [oO]*) return 0 ;;
    ?????o*) return 0 ;;
  esac
  return 1
}

take_volume() {
  uuid=$3 group=$4 name=$5 text=$6
  find_volume "$group" "$uuid" || say_and_exit 85 'The volume is not there any more.'
  [ "$now" != "hum-trash-$1" ] || say_and_exit 0 'It is in the trash.'
  [ "$now" = "$name" ] || say_and_exit 85 "The volume is called $now by now."
  await_unused volume_in_use "$group" "$uuid"
  begin "$1" "$2"
  note volume "$uuid" "$group" "$entry" "$text"
  lvchange --addtag "hum-trash-$due" --addtag "hum-was-$name" "$group/$name" && lvrename "$group" "$name" "hum-trash-$1"
}

back_volume() {
  uuid=$2 group=$3 name=$4 entry=$trash/$1 beside=$trash/$1
  find_volume "$group" "$uuid" || say_and_exit 81 'The volume is not there any more.'
  if [ "$now" != "$name" ]; then
    [ "$now" = "hum-trash-$1" ] || say_and_exit 85 "The volume is called $now by now."
    # lvrename itself refuses a name that is taken.
    lvrename "$group" "$now" "$name" || exit
  fi
  due=$(sed -n 's/^due \([0-9]\{1,18\}\)$/\1/p' "$entry/record" 2>/dev/null)
  if [ -n "$due" ]; then lvchange --deltag "hum-trash-$due" --deltag "hum-was-$name" "$group/$name" || exit; fi
  forget
}

drop_volume() {
  find_volume "$3" "$2" || say_and_exit 0 'It is gone.'
  [ "$now" = "$4" ] || say_and_exit 85 "The volume is called $now by now."
  await_unused volume_in_use "$3" "$2"
  lvremove -f "$3/$4"
}

what=$1
shift
case $what in
  take) take "$@" ;;
  back) back "$@" ;;
  drop) drop "$@" ;;
  take-volume) take_volume "$@" ;;
  back-volume) back_volume "$@" ;;
  drop-volume) drop_volume "$@" ;;
esac
