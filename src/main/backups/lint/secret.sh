# Moves a password out of a file that others may read into one that only its owner may.
#   $1 the file, $2 its SHA-256, $3 the byte at which the password begins, $4 how many bytes it has, $5 where it goes, $6 whose that is to be
# With `undo` in place of $2 the new file is removed. Safe to repeat. Exit status: 81 the file is another one by now.
LC_ALL=C
export LC_ALL
if [ "$2" = undo ]; then
  rm -f -- "$5"
  exit
fi
sum=$(sha256sum < "$1") || exit
[ "${sum%% *}" = "$2" ] || exit 81
umask 077
mkdir -p -- "${5%/*}" && chmod 711 -- "${5%/*}" || exit
{ tail -c "+$(($3 + 1))" < "$1" | head -c "$4" && echo; } > "$5" || exit
chown -- "$6" "$5"
