# Lists a folder, for choosing what is to be copied: `d` or `f`, the name, a NUL; at the end `left` and how many more there are.
#
#   $1  the folder
#   $2  how many at most
#
# Exit status: 81 it is no folder, 88 it cannot be read.

LC_ALL=C
export LC_ALL
cd -- "$1" 2>/dev/null || {
  [ -d "$1" ] && exit 88
  exit 81
}
[ -r . ] || exit 88
count=0
left=0
for each in .* *; do
  case $each in . | ..) continue ;; esac
  [ -e "$each" ] || [ -L "$each" ] || continue
  count=$((count + 1))
  if [ "$count" -gt "$2" ]; then
    left=$((left + 1))
  elif [ -d "$each" ] && [ ! -L "$each" ]; then
    printf 'd%s\0' "$each"
  else
    printf 'f%s\0' "$each"
  fi
done
printf 'left%s' "$left"
