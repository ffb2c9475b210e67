# What an image of a disk is by its header (QEMU, docs/interop/qcow2.txt).

is_qcow2() {
  # A shell drops a NUL; bash says so.
  { magic=$($sudo head -c 4 -- "$1" </dev/null); } 2>/dev/null
  # The fourth is 0xFB: none that can be printed.
  case $magic in QFI[!\ -~]) ;; *) return 1 ;; esac
}

# Prints how long the disk is that a qcow2 holds, in bytes: eight of them from 24 on, the first one the greatest. Nothing where that is no length.
virtual_size() {
  # shellcheck disable=SC2046 # words, and no patterns (set -f)
  set -- $($sudo od -An -v -tu1 -j24 -N8 -- "$1" 2>/dev/null </dev/null)
  [ $# -eq 8 ] && [ "$1" -eq 0 ] || return 0
  size_there=0
  for byte in "$@"; do size_there=$((size_there * 256 + byte)); done
  # Nobody has a disk of a petabyte.
  case $size_there in 0 | ????????????????*) ;; *) echo "$size_there" ;; esac
}
