# What the scripts have in common that look at disks and keep the trash. POSIX sh, run as root.
#
# The trash has a folder for each thing in it, $trash/ENTRY. In it: `record` (lines; the last is `end`), `place` (the folder where the thing
# itself lies, nothing else, as it may hold anything), and in that place `item` and README. The place is the folder itself where that is on the
# same file system, else .hum-trash/ENTRY beside where the thing was. Volumes stay where they are, under another name and with a tag.

LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin
export LC_ALL PATH
umask 077
# Every comparison would else say that nobody uses a disk.
[ / -ef / ] 2>/dev/null || exit 84
trash=/var/lib/hum/trash

# device:inode of what has this name; of a link itself, not of what it leads to. Nothing where there is nothing.
id_of() {
  stat -c %d:%i "$1" 2>/dev/null
}

# Whether a process or a loop device has this file or device open. `-ef` compares device and inode and starts no process.
in_use() {
  for held in /sys/block/loop*/loop/backing_file; do
    [ -f "$held" ] && backing=$(cat "$held" && printf x) || continue
    [ "${backing%?x}" -ef "$1" ] && return 0
  done
  for held in /proc/[0-9]*/fd/*; do
    [ "$held" -ef "$1" ] && return 0
  done
  return 1
}

# Whether this is a folder, no link, of root's, into which nobody else may write.
ours() {
  [ ! -L "$1" ] && [ -d "$1" ] || return 1
  case $(stat -c %u:%a "$1") in
    0:*[2367][0-7] | 0:*[2367]) return 1 ;;
    0:*) return 0 ;;
  esac
  return 1
}

# Volumes, a line each: group|name|uuid|attributes|bytes|origin. None of these can hold a blank or a bar (lvm(8), "VALID NAMES").
volumes() {
  rows=$(lvs --noheadings --nosuffix --units b --separator '|' -o vg_name,lv_name,lv_uuid,lv_attr,lv_size,origin "$@" 2>/dev/null) || return
  printf '%s\n' "$rows" | tr -d ' '
}
