# Writes a file of a deployment from stdin: the seed of cloud-init. It is taken back by disk.sh.
#
#   $1  the mark of the plan: hex digits
#   $2  the device that it will be: letters and digits
#   $3  the file
#   $4  how many bytes it has

# A sudo that logs what commands read would read it in their stead.
exec 3<&0 </dev/null
path=$3 bytes=$4
of_plan "$1" "$2"
umask 077
temp=${path%/*}/.hum-$mark-$key

begin
if placed; then
  $sudo rm -f -- "$temp"
  echo 'It is there already: nothing was left to do.'
  exit 0
fi
strike "made-$key"
$sudo rm -f -- "$temp" || exit $?
if there "$path"; then refuse 83 there "$path"; fi
fits "${path%/*}" $((bytes / 1024 + 1))
make_home
$sudo sh -c 'umask 077; cat >"$1"' sh "$temp" <&3
if [ "$($sudo stat -c %s -- "$temp" 2>/dev/null)" != "$bytes" ]; then
  $sudo rm -f -- "$temp"
  refuse 84 short "$path"
fi
place
exit 0
