# What a disk lies on. POSIX sh; needs od, dd, tr, readlink and sed.

# tell_chain NAME [FOLDER]
#                   tells "on NAME" of a disk, of each link that leads to it, and of all that it is an overlay of, which may be links, too; and
#                   "open" where that did not come to an end. A name is that of the file in the folder where this really is. FOLDER: where the
#                   disk was when it was written what it lies on; where it is empty, a name that is looked for there is told as it is written.
tell_chain() {
  # From where an overlay names what it lies on: the folder of its own name, not where links lead. $lost: nobody knows that.
  file=$1 from=${2-${1%/*}} moved=${2+yes} lost=
  if [ -n "$moved" ] && [ -z "$from" ]; then lost=yes; fi
  left=32
  while [ "$left" -gt 0 ]; do
    left=$((left - 1))
    # The x keeps line ends at the end of a name, which $( ) drops.
    there=$(cd "${file%/*}/" 2>/dev/null && pwd -P && printf x) || {
      printf 'on %s\0' "$file"
      return
    }
    there=${there%?x}
    there=${there%/}
    file=$there/${file##*/}
    printf 'on %s\0' "$file"
    beside=$from unknown=$lost overlay=
    if [ -L "$file" ]; then
      next=$(readlink "$file" && printf x) || break
      next=${next%?x}
      if [ -z "$moved" ]; then beside=$there unknown=; fi
    elif [ -f "$file" ] || [ -b "$file" ]; then
      head=$(od -An -v -tx1 -N4 "$file" 2>/dev/null </dev/null) || break
      [ "$head" = ' 51 46 49 fb' ] || return 0
      next=$(backing_of "$file" && printf x) || break
      next=${next%x} overlay=yes
      case $next in
        '') return ;;
        json:*)
          next=$(printf '%s\n' "$next" | sed -n 's/.*"\(file\.\)\{0,1\}filename" *: *"\([^"\\]*\)".*/\2/p')
          [ -n "$next" ] || break
          ;;
        *) next=${next#file:} ;;
      esac
      # "nbd://…" is no file.
      case ${next%%/*} in *:*) return ;; esac
    else
      return 0
    fi
    case $next in
      /*) ;;
      *)
        if [ -n "$unknown" ]; then
          printf 'on %s\0' "$next"
          return
        fi
        next=$beside/$next
        ;;
    esac
    file=$next moved=
    if [ -n "$overlay" ]; then from=${file%/*} lost=; fi
  done
  printf 'open\0'
}

# Prints what a qcow2 is an overlay of, as its header names it (QEMU, docs/interop/qcow2.txt): nothing where it is none. Eight bytes from 8 on say
# where the name stands, four how long it is; QEMU opens none whose name is longer than 1023, or not in the first cluster.
backing_of() {
  # shellcheck disable=SC2046 # words, and numbers alone
  set -- "$1" $(od -An -v -tu1 -j8 -N12 "$1" 2>/dev/null </dev/null)
  [ $# -eq 13 ] || return 1
  at=$(((($6 * 256 + $7) * 256 + $8) * 256 + $9))
  long=$((((${10} * 256 + ${11}) * 256 + ${12}) * 256 + ${13}))
  [ "$(($2 + $3 + $4 + $5))" -eq 0 ] && [ "$at" -gt 0 ] && [ "$at" -le 2097152 ] && [ "$long" -le 1023 ] || return 0
  dd if="$1" bs=1 skip="$at" count="$long" 2>/dev/null </dev/null | tr -d '\0'
}
