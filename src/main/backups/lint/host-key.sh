# Asks the host $1, port $2, for its keys, as ssh would see them, and prints them; then their fingerprints, then what the known_hosts of the user $3 is
# called. Sections begin with a line `--NAME`.
LC_ALL=C
export LC_ALL
keys=$(ssh-keyscan -T 8 -p "$2" -- "$1" 2>/dev/null | grep -v '^#' | head -n 10)
[ -n "$keys" ] || exit 3
echo --keys
printf '%s\n' "$keys"
echo --fingerprints
printf '%s\n' "$keys" | ssh-keygen -l -f - 2>/dev/null
echo --home
awk -F: -v u="$3" '$1 == u { print $6 }' /etc/passwd
