# Tells how far the disk is that disk.sh or volume.sh makes at this moment, and that somebody still waits for it. Prints `PHASE WANTED DONE`, in
# bytes: copy, check or grow; nothing before and after.
#
#   $1  the mark of the plan, $2 the device, as there
#   $3  the file, or nothing for a volume

path=$3
of_plan "$1" "$2"
$sudo test -d "$ledger" || exit 0
see
alive "script-$key" || exit 0
now=$(entry "phase-$key")
[ -n "$now" ] || exit 0
bytes=0
if [ -n "$path" ]; then
  # In units of stat(1), and not as long as the file is: it may have holes.
  blocks=$($sudo stat -c '%b * %B' -- "${path%/*}/.hum-$mark-$key" 2>/dev/null)
  bytes=$((${blocks:-0}))
elif alive "worker-$key"; then
  bytes=$($sudo sed -n 's/^wchar: //p' "/proc/$pid/io" 2>/dev/null)
fi
printf '%s %s\n' "$now" "${bytes:-0}"
