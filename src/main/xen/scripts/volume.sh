# Makes a disk of a VM on a logical volume, or takes it back. The volume bears the tag hum-MARK from its first moment on.
#
#   $1  make, or undo
#   $2  the mark of the plan: hex digits
#   $3  the device that it will be: letters and digits
#   $4  the volume group, $5 the volume
#   make: $6 empty, copy or snapshot, $7 the image, or for a snapshot GROUP/VOLUME, $8 bytes, or nothing: as large as the image,
#         $9 grow, when the file system in it is to be grown, $10 the SHA-256 that the copy must have, or nothing

what=$1 group=$4 volume=$5
of_plan "$2" "$3"
tag=hum-$mark

# Whether the volume is there and ours: by its tag, or its uuid once it is finished. $listed is empty where there is none of that name.
ours() {
  listed='' tags=''
  rows=$(asked lvs --noheadings -o lv_name,lv_uuid,lv_tags "$group" 2>/dev/null) || {
    # A group that never was has none of ours. Of one that is locked, or whose disks are away, nothing is known.
    said=$(asked lvs --noheadings "$group" 2>&1)
    case $said in *"\"$group\" not found"*) [ -n "$(entry "made-$key")" ] || return 1 ;; esac
    printf '%s\n' "$said"
    refuse 1 group "$group"
  }
  while read -r each uuid its; do
    if [ "$each" = "$volume" ]; then listed=$uuid tags=$its; fi
  done <<END
$rows
END
  case ",$tags," in *",$tag,"*) return 0 ;; esac
  [ -n "$listed" ] && [ "$(entry "made-$key")" = "$listed" ]
}

take_away() {
  if ours; then act lvremove -f "$group/$volume" || exit $?; fi
}

if [ "$what" = undo ]; then
  undo
  command -v lvs >/dev/null 2>&1 || exit 0
  if ours; then
    take_away
  elif [ -n "$listed" ]; then
    echo 'A volume of that name is not of this deployment: it is left.'
  fi
  strike "made-$key"
  exit 0
fi

method=$6 image=$7 size=$8 growing=$9
shift 9
checksum=$1

needs lvcreate
begin
if [ -n "$(entry "made-$key")" ] && ours; then
  echo 'It is there already: nothing was left to do.'
  exit 0
fi
take_away
if ! ours && [ -n "$listed" ]; then refuse 83 there "$group/$volume"; fi

give_up() {
  code=$1
  [ -z "$printed" ] || printf '%s\n' "$printed"
  take_away
  shift
  if [ $# -gt 0 ]; then refuse "$code" "$@"; fi
  [ "$code" -ne 0 ] || code=1
  exit "$code"
}

printed=
device=/dev/$group/$volume
if [ "$method" = snapshot ]; then
  if [ -n "$size" ]; then set -- -L "${size}b"; else set -- -l 100%ORIGIN; fi
  # One of a thin volume takes its room from the pool, and is not active unless that is asked for.
  if [ -n "$(asked lvs --noheadings -o pool_lv "$image" 2>/dev/null | tr -d ' ')" ]; then set -- -kn; fi
  finish lvcreate -s -n "$volume" --addtag "$tag" "$@" "$image" || exit $?
else
  if [ "$method" = copy ]; then
    $sudo test -f "$image" || refuse 85 image "$image"
    whole=$($sudo stat -Lc %s -- "$image")
    if [ "$($sudo head -c 4 -- "$image" | od -An -tx1 | tr -d ' \n')" = 514649fb ]; then refuse 85 format "qcow2 $image"; fi
    if [ -n "$size" ] && [ "$size" -lt "$whole" ]; then refuse 85 small "$whole $image"; fi
    size=${size:-$whole}
  fi
  finish lvcreate -y -n "$volume" --addtag "$tag" -L "${size}b" "$group" || exit $?
  printed=
  if [ "$method" = copy ]; then
    before=$($sudo stat -Lc '%s %Y %d:%i' -- "$image")
    jot "phase-$key" "copy $whole"
    # 1024 KiB: busybox's dd takes it for the same.
    $sudo test -b "$device" || give_up 85 device "$device"
    work dd bs=1048576 conv=fsync if="$image" of="$device" || give_up $?
    printed=
    [ "$($sudo stat -Lc '%s %Y %d:%i' -- "$image")" = "$before" ] || give_up 85 changed "$image"
    if [ -n "$checksum" ]; then
      needs sha256sum
      jot "phase-$key" "check $whole"
      # shellcheck disable=SC2016
      work sh -c 'head -c "$1" -- "$2" | sha256sum' sh "$whole" "$device" || give_up $?
      sum=${printed%% *}
      printed=
      [ "$sum" = "$checksum" ] || give_up 85 checksum "$image"
    fi
  fi
fi
if [ "$growing" = grow ]; then
  jot "phase-$key" "grow $size"
  grow "$device" || give_up $?
fi
ours
jot "made-$key" "$listed"
exit 0
