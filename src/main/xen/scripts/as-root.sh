# Runs $body as root in whole, for what looks at more than single commands of sudo could.
#
#   $1   what is held while it acts (see toolstack.sh); nothing for a body that only looks
#   $2…  its own arguments
#
# Exit status: 88 nobody here may become root; else that of the body.

key=$1
shift
[ -n "$sudo" ] || [ "$uid" -eq 0 ] || exit 88
if [ -z "$key" ]; then
  # shellcheck disable=SC2154 # set by the one who puts this together
  exec $sudo sh -c "$body" hum "$@"
fi
hold "$key"
act sh -c "$body" hum "$@"
status=$?
release
exit $status
