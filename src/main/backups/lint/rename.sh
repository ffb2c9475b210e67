# Renames the file $1 to $2, which must not be there. Safe to repeat. Exit status: 81 $1 is not there, or $2 is taken.
LC_ALL=C
export LC_ALL
there() { [ -e "$1" ] || [ -L "$1" ]; }
if ! there "$1"; then
  there "$2" || exit 81
  exit 0
fi
if there "$2"; then exit 81; fi
# Some versions end well where the name was taken meanwhile.
mv -n -- "$1" "$2" || exit
if there "$1"; then exit 81; fi
