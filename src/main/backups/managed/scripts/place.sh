# Puts a file where it is to be, or takes it away: whole or not at all. Safe to repeat, and its own undo with $3 and $4 the other way round.
#
#   $1  the path
#   $2  its mode; `keep` for that of the file that is there, with its owner
#   $3  the SHA-256 that the file has now; empty where it must not be there
#   $4  the SHA-256 of stdin, which it is to hold; empty to take the file away
#
# Exit status: 81 it is another file by now, 83 not written whole, 84 no sha256sum, 85 something in the way is no file or belongs to others.

LC_ALL=C
PATH="${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin"
export LC_ALL PATH
umask 022
command -v sha256sum >/dev/null || exit 84
path=$1
folder=${path%/*}
# cron passes over names with a dot at the beginning, and systemd over names without its endings.
new=$folder/.${path##*/}.hum-new

version() {
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then return; fi
  v=$(sha256sum <"$1") || exit
  printf %s "${v%% *}"
}

odd() {
  echo "$1" >&2
  exit 85
}

# A folder that others may write into is no place for what root runs.
safe_folder() {
  [ ! -L "$1" ] && [ -d "$1" ] || odd "$1 is no folder."
  if [ -n "$(find "$1" -prune \( ! -user 0 -o -perm -0002 \) -print)" ]; then odd "$1 does not belong to root alone."; fi
}

case $folder in
  /etc/hum/jobs)
    for each in /etc/hum /etc/hum/jobs; do
      [ -e "$each" ] || [ -L "$each" ] || [ -z "$4" ] || mkdir -m 755 -- "$each" || exit
      if [ -e "$each" ] || [ -n "$4" ]; then safe_folder "$each"; fi
    done
    ;;
esac
if [ -L "$path" ] || { [ -e "$path" ] && [ ! -f "$path" ]; }; then odd "$path is no plain file."; fi

# Two who write at the same time take turns, where there is flock.
if [ -d "$folder" ] && command -v flock >/dev/null; then
  exec 8<"$folder"
  flock -w 20 8 || exit 81
fi

now=$(version "$path") || exit
finish() {
  # What was made with the first job goes with the last one.
  [ -n "$4" ] || rmdir -- /etc/hum/jobs /etc/hum 2>/dev/null
  exit 0
}
if [ "$now" = "$4" ]; then
  rm -f -- "$new"
  finish "$@"
fi
[ "$now" = "$3" ] || exit 81
if [ -z "$4" ]; then
  rm -f -- "$path" || exit
  finish "$@"
fi

rm -f -- "$new" || exit
if [ "$2" = keep ]; then cp -p -- "$path" "$new" || { rm -f -- "$new"; exit 83; }; fi
if ! cat >"$new" || [ "$(version "$new")" != "$4" ]; then
  rm -f -- "$new"
  exit 83
fi
if [ "$2" != keep ]; then
  { chown 0:0 -- "$new" && chmod "$2" -- "$new"; } || { rm -f -- "$new"; exit 83; }
fi
# The name may be on disk before the content: after a crash the file would be empty.
sync -- "$new" 2>/dev/null || sync
mv -f -- "$new" "$path" || { rm -f -- "$new"; exit 83; }
if command -v restorecon >/dev/null && { ! command -v selinuxenabled >/dev/null || selinuxenabled; }; then restorecon -- "$path"; fi
finish "$@"
