# Prints the file $1 as it is now, up to 256 KiB and a byte, after its SHA-256 and a line end.
LC_ALL=C
export LC_ALL
[ -f "$1" ] || exit 3
sum=$(sha256sum < "$1") || exit
printf '%s\n' "${sum%% *}"
head -c 262145 < "$1"
