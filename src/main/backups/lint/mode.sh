# Gives the file $1 the mode $3, which must be $2 now. Safe to repeat. Exit status: 81 it has another one.
LC_ALL=C
export LC_ALL
now=$(stat -L -c %a -- "$1") || exit
[ "$now" = "$3" ] && exit 0
[ "$now" = "$2" ] || exit 81
chmod -- "$3" "$1"
