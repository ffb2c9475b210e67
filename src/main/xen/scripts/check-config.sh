# Lets the toolstack read a configuration without building anything. The text is on stdin; nothing of it stays.
#
#   $1  xl or xm

umask 077
file=$(mktemp "${TMPDIR:-/tmp}/hum-check.XXXXXX") || exit $?
trap 'rm -f "$file"' EXIT
cat >"$file"
if [ "$1" = xl ]; then
  $sudo ${limit:+$limit 20} xl -N create "$file" </dev/null 2>&1 >/dev/null
else
  $sudo ${limit:+$limit 20} xm create -n "$file" </dev/null 2>&1 >/dev/null
fi
