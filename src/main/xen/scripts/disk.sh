# Makes a disk of a VM in a file, or takes it back.
#
#   $1  make, or undo
#   $2  the mark of the plan: hex digits
#   $3  the device that it will be: letters and digits
#   $4  the file
#   make: $5 empty, copy, reflink or overlay, $6 the image, $7 raw or qcow2, $8 bytes, or nothing: as large as the image,
#         $9 grow, when the file system in it is to be grown, $10 the SHA-256 that the image must have, or nothing
#
# Until it is finished it has another name. What it cannot do, and nobody needs, is a note on stdout.

what=$1 path=$4
of_plan "$2" "$3"
umask 077
temp=${path%/*}/.hum-$mark-$key

if [ "$what" = undo ]; then
  undo
  unmake
  unmake_folders
  exit 0
fi

method=$5 image=$6 format=$7 size=$8 growing=$9
shift 9
checksum=$1

begin
if placed; then
  $sudo rm -f -- "$temp"
  echo 'It is there already: nothing was left to do.'
  exit 0
fi
strike "made-$key"
if there "$temp"; then $sudo rm -f -- "$temp" || exit $?; fi
if there "$path"; then refuse 83 there "$path"; fi

# Ends in failure: half a disk is of no use.
give_up() {
  code=$1
  [ -z "$printed" ] || printf '%s\n' "$printed"
  $sudo rm -f -- "$temp"
  shift
  if [ $# -gt 0 ]; then refuse "$code" "$@"; fi
  [ "$code" -ne 0 ] || code=1
  exit "$code"
}

# What disk-look.sh tells: what is done now, and how many bytes it will be.
phase() {
  jot "phase-$key" "$1 $2"
}

# Of each file: bytes, time, identity, mode, and what it takes on the disk as stat(1) has it. For $( ) only.
facts() {
  exec $sudo stat -Lc '%s %Y %d:%i:%W %a %b*%B' -- "$@" 2>/dev/null
}

# hash FILE: refuses one that is not as it was promised.
hash() {
  needs sha256sum
  phase check "$whole"
  work sha256sum -- "$1" || give_up $?
  # A name that needs it is told with a backslash before the whole line.
  sum=${printed#\\}
  printed=
  [ "${sum%% *}" = "$checksum" ] || give_up 85 checksum "$image"
}

printed=
whole=0
before=
after=
if [ "$method" != empty ]; then
  if $sudo test -f "$image"; then before=$(facts "$image"); fi
  [ -n "$before" ] || refuse 85 image "$image"
  whole=${before%% *}
  [ "$format" != qcow2 ] || needs qemu-img
  found=raw holds=$whole
  if is_qcow2 "$image"; then found=qcow2 holds=$(virtual_size "$image"); fi
  if [ -n "$size" ] && [ "$size" -lt "${holds:-0}" ]; then refuse 85 small "$holds $image"; fi
  if [ "$method" != overlay ]; then
    [ "$found" = "$format" ] || refuse 85 format "$found $image"
    used=$((${before##* } / 1024))
    [ "$method" = reflink ] || fits "${path%/*}" $used
  fi
elif [ "$format" = qcow2 ]; then
  needs qemu-img
fi
make_home

case $method in
  empty)
    if [ "$format" = raw ]; then work truncate -s "$size" -- "$temp"; else work qemu-img create -q -f qcow2 "$temp" "$size"; fi || give_up $?
    ;;
  overlay)
    [ -z "$checksum" ] || hash "$image"
    # shellcheck disable=SC2086 # no word where there is no size
    work qemu-img create -q -f qcow2 -F $found -b "$image" "$temp" $size || give_up $?
    if [ "$growing" = grow ]; then grow "$temp" || give_up $?; fi
    ;;
  *)
    phase copy $((used * 1024))
    copied=
    if [ "$method" = reflink ]; then
      if work cp --reflink=always -- "$image" "$temp"; then
        copied=yes
      else
        [ "$status" -ne 143 ] || give_up 143
        echo 'note: this file system makes no reflinks; the image was copied.'
        $sudo rm -f -- "$temp"
      fi
    fi
    if [ -z "$copied" ]; then
      [ "$method" != reflink ] || fits "${path%/*}" $used
      work cp --sparse=always -- "$image" "$temp" || case $printed in
        # That of busybox knows no holes; its copy takes the room of the whole image.
        *'nrecognized option'*)
          fits "${path%/*}" $((whole / 1024))
          work cp -- "$image" "$temp" || give_up $?
          ;;
        *) give_up $status ;;
      esac
    fi
    printed=
    after=$(facts "$image" "$temp")
    case $after in "${before% * *} "*"$newline$whole "*) ;; *) give_up 85 changed "$image" ;; esac
    [ -z "$checksum" ] || hash "$temp"
    if [ -n "$size" ]; then
      phase grow "$size"
      if [ "$format" = raw ]; then work truncate -s "$size" -- "$temp"; else work qemu-img resize -q -f qcow2 "$temp" "$size"; fi || give_up $?
      if [ "$growing" = grow ]; then grow "$temp" || give_up $?; fi
    fi
    ;;
esac
# What cp made of the mode of the image, under this umask, is nearly always right.
set -- $after
case ${9-} in 600) ;; *) $sudo chmod 600 -- "$temp" || give_up $? ;; esac
place "${8-}"
exit 0
