# Writes the configuration of a deployment, or takes it back: plans/file-write.sh and file-restore.sh, as root and as a step of the plan, so that
# an account with `sudo -n` can, and that one which was sent before its undo and begins after it writes nothing.
#
#   $1  make, or undo
#   $2  the mark of the plan: hex digits
#   $3… what those two are given; the text is stdin
#
# $write and $restore are those two, put before this.

# A sudo that logs what commands read would read it in their stead.
exec 3<&0 </dev/null
what=$1
of_plan "$2" config
shift 2
# shellcheck disable=SC2154
if [ "$what" = undo ]; then
  undo
  exec $sudo sh -c "$restore" hum "$@"
fi
begin
# shellcheck disable=SC2154
exec $sudo sh -c "$write" hum "$@" <&3
