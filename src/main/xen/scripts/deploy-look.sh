# Looks, before a deployment, at what a host has for it. Changes nothing.
#
#   $1   xl or xm
#   $2…  what to look at, a word each:
#          folder=PATH          where files are to be made
#          target=PATH          a file, or volume=GROUP/NAME a logical volume, that is to be made
#          file=PATH            an image, a kernel, a ramdisk or a medium
#          sum=PATH             a kernel or a ramdisk, whole
#          group=GROUP          of volumes, origin=GROUP/NAME one that a snapshot is taken of
#          bridge=NAME
#          boolean=NAME         of SELinux
#          claim=NAME           of a VM
#          program=NAME         that makes a disk or boots a guest
#          reach=ADDRESS/BRIDGE whether a machine has this address
#
# Answers lines. Names never come back, so that none can pass for a line of ours: N is the number of the word, from 1.
#   clock SECONDS                       since 1970
#   memory MIB                          that Xen has free
#   selinux Enforcing|Permissive|Disabled|none
#   auto yes|no                         whether /etc/xen/auto is there
#   N free KIB yes|no MOUNT             of a folder, or of the nearest one above it that is there: room, and whether it may be written to
#   N file BYTES KIB raw|qcow2 BYTES|- SHA256|-
#                                       how long it is, what it takes on the disk, how long the disk is that it holds, and the checksum
#                                       noted beside it
#   N sum SHA256                        of what is in it now
#   N bytes BYTES                       free in a group, or the size of a volume
#   N WORD                              there, absent, blocked (a file is in the way), unreadable, no-lvm, bridge, interface, on, off, old
#                                       (a claim of more than a day), answers, silent, untold

tool=$1
shift

there() {
  $sudo test -e "$1" || $sudo test -L "$1"
}

folder() {
  dir=$1
  while ! $sudo test -d "$dir"; do
    if there "$dir"; then
      echo "$number blocked"
      return
    fi
    dir=${dir%/*}
    dir=${dir:-/}
  done
  writable=no
  $sudo test -w "$dir" && writable=yes
  room=$($sudo df -Pk "$dir" 2>/dev/null </dev/null | sed -n '$s/^.* \([0-9]\{1,\}\) \{1,\}[0-9-]\{1,\}%\{0,1\} *\(\/.*\)$/\1 \2/p')
  [ -n "$room" ] || room='0 /'
  # To busybox, root may write everywhere. The last mount of a place counts.
  options=
  while read -r _ at _ these _; do
    [ "$at" != "${room#* }" ] || options=$these
  done </proc/mounts
  case ,$options, in *,ro,*) writable=no ;; esac
  echo "$number free ${room%% *} $writable ${room#* }"
}

file() {
  if $sudo test -b "$1"; then
    bytes=$($sudo blockdev --getsize64 "$1" 2>/dev/null </dev/null)
    kib=$((${bytes:-0} / 1024))
  elif ! $sudo test -f "$1"; then
    if there "$1"; then echo "$number blocked"; else echo "$number absent"; fi
    return
  else
    size=$($sudo stat -Lc '%s %b*%B' -- "$1" 2>/dev/null </dev/null)
    bytes=${size%% *}
    kib=0
    [ -z "$size" ] || kib=$((${size#* } / 1024))
  fi
  if ! $sudo test -r "$1" || [ -z "$bytes" ]; then
    echo "$number unreadable"
    return
  fi
  format=raw holds=$bytes
  if is_qcow2 "$1"; then format=qcow2 holds=$(virtual_size "$1"); fi
  sum=
  if $sudo test -f "$1.sha256"; then sum=$($sudo head -c 1024 "$1.sha256" 2>/dev/null </dev/null | tr -d '\000' | sed -n "$sum_in" | tr A-F a-f); fi
  echo "$number file $bytes $kib $format ${holds:--} ${sum:--}"
}

# A kernel has some megabytes. What takes longer than a command may is none.
checksum() {
  sum=
  if $sudo test -f "$1"; then sum=$(asked sha256sum -- "$1" 2>/dev/null); fi
  # A name that needs it is told with a backslash before the whole line.
  sum=${sum#\\}
  sum=${sum%% *}
  if [ ${#sum} -eq 64 ]; then echo "$number sum $sum"; else echo "$number untold"; fi
}

# A figure of LVM's in bytes: $1 vgs or lvs, $2 which one, $3 of what.
lvm_bytes() {
  if ! command -v "$1" >/dev/null 2>&1; then
    echo "$number no-lvm"
    return
  fi
  bytes=$(asked "$1" --noheadings --nosuffix --units b -o "$2" "$3" 2>/dev/null | tr -d ' ')
  bytes=${bytes%%.*}
  case $bytes in
    '' | *[!0-9]*) echo "$number absent" ;;
    *) echo "$number bytes $bytes" ;;
  esac
}

bridge() {
  if [ -d "/sys/class/net/$1/bridge" ]; then
    echo "$number bridge"
  elif command -v ovs-vsctl >/dev/null 2>&1 && ask ovs-vsctl br-exists "$1" >/dev/null 2>&1; then
    echo "$number bridge"
  elif [ -e "/sys/class/net/$1" ]; then
    echo "$number interface"
  else
    echo "$number absent"
  fi
}

claim() {
  path=/var/lib/hum/claims/$1
  if ! there "$path"; then
    echo "$number absent"
  elif [ -n "$($sudo find "$path" -mtime +0 2>/dev/null </dev/null)" ]; then
    echo "$number old"
  else
    echo "$number there"
  fi
}

# Also where Xen keeps programs of its own, and those that run in a guest.
program() {
  found=absent
  if command -v "$1" >/dev/null 2>&1; then found=there; fi
  set +f
  for each in /usr/lib*/xen*/bin/"$1" /usr/libexec/xen*/bin/"$1" /usr/local/lib*/xen*/bin/"$1" \
    /usr/lib*/xen*/boot/"$1.bin" /usr/libexec/xen*/boot/"$1.bin" /usr/local/lib*/xen*/boot/"$1.bin"; do
    if [ -f "$each" ]; then found=there; fi
  done
  set -f
  echo "$number $found"
}

# A machine that answers no ping may still answer ARP.
reach() {
  if ! command -v ping >/dev/null 2>&1; then
    echo "$number untold"
  elif $sudo ping -c 1 -W 1 "$1" >/dev/null 2>&1 </dev/null; then
    echo "$number answers"
  elif command -v arping >/dev/null 2>&1 && $sudo arping -q -c 1 -w 1 -I "$2" "$1" >/dev/null 2>&1 </dev/null; then
    echo "$number answers"
  else
    echo "$number silent"
  fi
}

echo "clock $(date +%s)"
info=$(asked "$tool" info 2>/dev/null)
while read -r field _ value _; do
  case $field:$value in free_memory:*[!0-9]* | free_memory:) ;; free_memory:*) echo "memory $value" ;; esac
done <<END
$info
END
selinux=none
if command -v getenforce >/dev/null 2>&1; then selinux=$(asked getenforce 2>/dev/null); fi
echo "selinux ${selinux:-none}"
if $sudo test -d /etc/xen/auto; then echo 'auto yes'; else echo 'auto no'; fi

number=0
begun=0
for word in "$@"; do
  number=$((number + 1))
  value=${word#*=}
  case $word in
    folder=/*) folder "$value" ;;
    target=/*) if there "$value"; then echo "$number there"; else echo "$number absent"; fi ;;
    volume=*) if there "/dev/$value"; then echo "$number there"; else echo "$number absent"; fi ;;
    file=/*) file "$value" ;;
    group=*) lvm_bytes vgs vg_free "$value" ;;
    origin=*) lvm_bytes lvs lv_size "$value" ;;
    bridge=*/*) echo "$number absent" ;;
    bridge=*) bridge "$value" ;;
    boolean=*)
      case $(asked getsebool "$value" 2>/dev/null) in
        *' on') echo "$number on" ;;
        *' off') echo "$number off" ;;
        *) echo "$number absent" ;;
      esac
      ;;
    program=*[!a-z0-9-]*) echo "$number absent" ;;
    program=*) program "$value" ;;
    claim=*/*) echo "$number absent" ;;
    claim=*) claim "$value" ;;
    sum=/* | reach=*/*)
      case $word in
        sum=*) checksum "$value" & ;;
        *) reach "${value%%/*}" "${value#*/}" & ;;
      esac
      begun=$((begun + 1))
      [ $((begun % 32)) -ne 0 ] || wait
      ;;
  esac
done
wait
