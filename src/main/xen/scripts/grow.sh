# grow FILE: grows the file system that the whole of a disk is, to the disk's end; answers 1 when that failed. Where there is another one, or
# partitions, that is left to the guest, and a note says so.

grow() {
  # ext2, 3 and 4: the magic number at 0x38 of the superblock, which begins at 1024.
  if [ "$($sudo dd if="$1" bs=1 skip=1080 count=2 2>/dev/null | od -An -tx1 | tr -d ' \n')" != 53ef ]; then
    echo 'note: there is no ext4 on the whole of this disk: the guest itself grows what is on it, as cloud-init does.'
    return 0
  fi
  if ! command -v e2fsck >/dev/null 2>&1 || ! command -v resize2fs >/dev/null 2>&1; then
    echo 'note: the host has no e2fsck or resize2fs: run resize2fs in the guest.'
    return 0
  fi
  # 1: errors were corrected, as those of an image that was taken from a running system.
  work e2fsck -fp "$1"
  [ "$status" -le 1 ] || return 1
  work resize2fs "$1" || return 1
  printed=
}
