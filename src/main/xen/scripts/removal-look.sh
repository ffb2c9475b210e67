# Looks at what belongs to a domain that is to be removed. Changes nothing.
#
#   $1  its configuration, or nothing
#   $2  how many disks it has
#   $3  how many disks of the format qcow2 others have
#   $4… its disks, then the qcow2 disks of others, then their other disks
#
# Answers fields, each with a NUL after it, as paths may hold everything else:
#   config KIND ID WHERE          file or link; ID is device:inode. Left out where there is none
#   auto LINK                     a link in /etc/xen/auto that leads to it
#   disk N KIND BYTES ID WHERE PATH   file, volume, other or none; ID is device:inode or the uuid of the volume; PATH what it really is
#                                 (GROUP/NAME of a volume)
#   link N ID WHERE               its name is a symbolic link
#   seed N                        a file of 16 MiB at most that is labelled CIDATA, as cloud-init looks for its seed: FAT or ISO 9660
#   used N M, backs N M           it is the disk M of others, or what that one is an overlay of
#   snapshot N NAME               a volume is a snapshot of it, which would go with it
#   host N                        a process or a loop device has it open
#   trash COUNT                   how many things lie in the trash
#   end
# WHERE: own where the trash is on the same file system, else beside.

tell() {
  printf '%s\0' "$@"
}

command -v stat >/dev/null && command -v readlink >/dev/null || exit 84

home=$trash
until [ -d "$home" ]; do home=${home%/*}; done
home=$(stat -L -c %d "${home:-/}")
where_of() {
  if [ "$(stat -c %d "$1")" = "$home" ]; then echo own; else echo beside; fi
}

# Sets $real. The x keeps newlines at the end of a name, which $( ) drops.
really() {
  real=$(readlink -f "$1" && printf x) || return 1
  real=${real%?x}
}

volume() {
  numbers=$(stat -L -c '%t %T' "$1") || return 1
  name=/sys/dev/block/$((0x${numbers% *})):$((0x${numbers#* }))/dm/name
  [ -f "$name" ] && read -r mapped <"$name" || return 1
  volumes "/dev/mapper/$mapped" | {
    IFS='|' read -r group lv uuid attributes bytes _ || exit 1
    case $attributes in
      [-VrRmMoOCsS]*) ;;
      *) exit 1 ;;
    esac
    tell disk "$2" volume "$bytes" "$uuid" own "$group/$lv"
    case $attributes in
      [oO]*)
        volumes "$group" | while IFS='|' read -r _ each _ _ _ origin; do
          if [ "$origin" = "$lv" ]; then tell snapshot "$2" "$each"; fi
        done
        ;;
    esac
  }
}

# bytes FILE FROM COUNT: those of a file. A NUL is a blank, as either may follow a label, and a line end is none.
bytes() {
  dd bs=1 skip="$2" count="$3" <"$1" 2>/dev/null | tr '\0\n' ' ?'
}

# The label and the type of FAT12 and FAT16, those of FAT32 (Microsoft, "FAT File System Specification", 3.1); the volume of ISO 9660 (ECMA-119, 8.4).
is_seed() {
  for from in 43 71; do
    case $(bytes "$1" "$from" 19) in
      'CIDATA     FAT'* | 'cidata     FAT'*) return 0 ;;
    esac
  done
  [ "$(bytes "$1" 32769 5)" = CD001 ] || return 1
  case $(bytes "$1" 32808 32) in
    'CIDATA                          ' | 'cidata                          ') return 0 ;;
  esac
  return 1
}

disk() {
  case $1 in
    /*) ;;
    *)
      tell disk "$2" other '' '' own "$1"
      return
      ;;
  esac
  if [ -f "$1" ] && really "$1"; then
    size=$(stat -c %s "$real")
    tell disk "$2" file "$size" "$(id_of "$real")" "$(where_of "$real")" "$real"
    if [ -L "$1" ]; then tell link "$2" "$(id_of "$1")" "$(where_of "$1")"; fi
    if [ "${size:-16777217}" -le 16777216 ] && is_seed "$real"; then tell seed "$2"; fi
  elif [ -b "$1" ]; then
    volume "$1" "$2" || tell disk "$2" other '' '' own "$1"
  elif [ -e "$1" ]; then
    tell disk "$2" other '' '' own "$1"
  else
    tell disk "$2" none '' '' own "$1"
    return
  fi
  if in_use "$1"; then tell host "$2"; fi
}

limit=
if command -v timeout >/dev/null; then limit='timeout 10'; fi
# An image of a domain that runs is locked, and -U looks all the same; qemu-img before 2.10 has neither.
about() {
  $limit qemu-img info -U -f qcow2 --output=json "$1" 2>/dev/null || $limit qemu-img info -f qcow2 --output=json "$1" 2>/dev/null
}
# Sets $backing to what this qcow2 is an overlay of, empty for nothing; fails where that cannot be told. JSON puts a backslash before quotes and
# backslashes.
backing_of() {
  backing=
  [ "$(head -c 3 "$1" 2>/dev/null | tr -d '\0')" = QFI ] || return 0
  told=$(about "$1") || return 1
  backing=$(printf '%s\n' "$told" |
    sed -n 's/^ *"full-backing-filename": "\(.*\)",\{0,1\}$/\1/p' | sed 's/\\\(["\\\/]\)/\1/g')
}

config=$1 mine=$2 overlays=$3
shift 3

if [ -n "$config" ] && { [ -f "$config" ] || [ -L "$config" ]; }; then
  kind=file
  if [ -L "$config" ]; then kind=link; fi
  tell config "$kind" "$(id_of "$config")" "$(where_of "$config")"
  case $config in
    /etc/xen/auto/*) ;;
    *)
      for link in /etc/xen/auto/* /etc/xen/auto/.[!.]*; do
        if [ -L "$link" ] && [ "$link" -ef "$config" ]; then tell auto "$link"; fi
      done
      ;;
  esac
fi

n=0
for path in "$@"; do
  [ "$n" -lt "$mine" ] || break
  disk "$path" "$n"
  m=0
  for other in "$@"; do
    if [ "$m" -ge "$mine" ] && [ "$path" -ef "$other" ]; then tell used "$n" $((m - mine)); fi
    m=$((m + 1))
  done
  n=$((n + 1))
done

if command -v qemu-img >/dev/null; then
  m=0
  for other in "$@"; do
    if [ "$m" -ge "$mine" ] && [ "$m" -lt $((mine + overlays)) ]; then
      backing=$other
      depth=0
      while [ "$depth" -lt 16 ]; do
        backing_of "$backing" || {
          # It may be an overlay of any of them.
          n=0
          while [ "$n" -lt "$mine" ]; do
            tell backs "$n" $((m - mine))
            n=$((n + 1))
          done
          break
        }
        [ -n "$backing" ] || break
        n=0
        for path in "$@"; do
          [ "$n" -lt "$mine" ] || break
          if [ "$path" -ef "$backing" ]; then tell backs "$n" $((m - mine)); fi
          n=$((n + 1))
        done
        depth=$((depth + 1))
      done
    fi
    m=$((m + 1))
  done
fi

count=0
if ours "$trash"; then
  for entry in "$trash"/*; do
    if [ -d "$entry" ]; then count=$((count + 1)); fi
  done
fi
tell trash "$count" end
