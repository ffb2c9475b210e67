# Writes stdin into the file $1, the one before kept as $1$2, or as $2 where that is an absolute path. $3 is the SHA-256 that it must have now, empty when it must not be
# there; $4 is that of the new content. Safe to repeat. Exit status: 81 it is another file, 83 not written whole, 84 no sha256sum.
LC_ALL=C
export LC_ALL
umask 022
command -v sha256sum > /dev/null || exit 84
# Sets $v to the SHA-256 of a file.
version() {
  v=$(sha256sum < "$1") || return
  v=${v%% *}
}
path=$1
if [ -L "$path" ]; then
  # The x keeps newlines at the end of the name, which $( ) drops.
  path=$(readlink -f -- "$path" && printf x) || exit 81
  path=${path%?x}
fi
case $2 in
  /*)
    # Nothing of ours may lie beside it: cron reads every file of its folders, but none whose name begins with a dot.
    kept=$2 new=${path%/*}/.${path##*/}.hum-new
    [ -z "$3" ] || [ -d "${kept%/*}" ] || (umask 077 && mkdir -p -- "${kept%/*}") || exit 83
    ;;
  *) kept=$path$2 new=$path$2.new ;;
esac

if [ -f "$path" ]; then
  version "$path" || exit
  if [ "$v" = "$4" ] && { [ "$v" != "$3" ] || [ -e "$kept" ]; }; then exit 0; fi
  [ "$v" = "$3" ] || exit 81
elif [ -e "$path" ] || [ -n "$3" ]; then
  exit 81
fi

if [ -e "$new" ] || [ -L "$new" ]; then rm -f -- "$new" || exit; fi
# The copy brings owner and mode; its content is replaced.
if [ -n "$3" ]; then cp -p -- "$path" "$new" || { rm -f -- "$new"; exit 83; }; fi
if ! cat > "$new" || ! version "$new" || [ "$v" != "$4" ]; then
  rm -f -- "$new"
  exit 83
fi
# The name may be on disk before the content: after a crash the file would be empty. Old versions of sync know no names, and write everything.
sync -- "$new" 2> /dev/null || sync

if [ -n "$3" ]; then
  # A link is the very file that is replaced, so what was written to it until this moment is kept, and noticed.
  [ -e "$kept" ] || ln -- "$path" "$kept" 2> /dev/null || cp -p -- "$path" "$kept" || { rm -f -- "$new"; exit 83; }
  if ! version "$kept" || [ "$v" != "$3" ]; then
    rm -f -- "$new" "$kept"
    exit 81
  fi
  mv -f -- "$new" "$path"
else
  # A link fails where a file has appeared meanwhile; a rename would replace it.
  ln -- "$new" "$path" 2> /dev/null || { [ ! -e "$path" ] && mv -- "$new" "$path"; } || { rm -f -- "$new"; exit 81; }
  rm -f -- "$new"
fi
