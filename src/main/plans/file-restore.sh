# Takes file-write.sh back, however far it came: the same arguments. Exit status: 81 the file was changed since, 82 the kept one is gone.
LC_ALL=C
export LC_ALL
command -v sha256sum > /dev/null || exit 84
version() {
  v=$(sha256sum < "$1") || exit
  printf %s "${v%% *}"
}
path=$1
if [ -L "$path" ]; then
  path=$(readlink -f -- "$path" && printf x) || exit 81
  path=${path%?x}
fi
case $2 in
  /*) kept=$2 new=${path%/*}/.${path##*/}.hum-new ;;
  *) kept=$path$2 new=$path$2.new ;;
esac
rm -f -- "$new" || exit

if [ -z "$3" ]; then
  [ -e "$path" ] || exit 0
  [ -f "$path" ] || exit 81
  [ "$(version "$path")" = "$4" ] || exit 81
  rm -f -- "$path"
  exit
fi

if [ -f "$path" ]; then
  now=$(version "$path") || exit
  if [ "$now" = "$3" ]; then
    rm -f -- "$kept"
    exit
  fi
  [ "$now" = "$4" ] || exit 81
fi
[ -f "$kept" ] || exit 82
[ "$(version "$kept")" = "$3" ] || exit 82
case $2 in
  /*)
    # It may lie on another file system, from which no rename leads.
    cp -p -- "$kept" "$new" && mv -f -- "$new" "$path" || exit
    rm -f -- "$kept"
    ;;
  *) mv -f -- "$kept" "$path" ;;
esac
