# Builds a domain from its configuration, marked as built by this plan, or takes back what this plan built.
#
#   $1  xl or xm
#   $2  start, or undo
#   $3  the mark of the plan: letters and digits
#   $4  the configuration
#   $5  the name of the domain
#
# The mark stands in xenstore, where it goes when the domain goes: nobody else's domain of the same name is ever taken away.

tool=$1 what=$2 mark=$3 config=$4 name=$5
hold "$mark"

# For $( ) only.
ids() {
  asked xenstore-list /local/domain
}

if [ "$what" = undo ]; then
  for each in $(ids); do
    [ "$each" != 0 ] && [ "$(asked xenstore-read "/local/domain/$each/hum-start" 2>/dev/null)" = "$mark" ] || continue
    act "$tool" destroy "$each"
    status=$?
    release
    exit $status
  done
  release
  echo 'Nothing was built: there is nothing to take back.'
  exit 0
fi

# Whether a domain has the name, which may be anything, a line end in it too.
is_called() {
  called=$(ask xenstore-read "/local/domain/$1/name" 2>/dev/null && echo .)
  [ "$called" = "$name$newline." ]
}

listed=$(ids) || exit $?
before=' '
for each in $listed; do
  before="$before$each "
  is_called "$each" || continue
  release
  exit 83
done
act "$tool" create "$config"
status=$?
# A create that fails may leave its domain, without its monitor: when xl cannot write its log, for one. The name was free before, and is not ours
# only where xl says that it was taken meanwhile.
case $status:$printed in
  0:*) ;;
  *'already exists'*)
    release
    exit $status
    ;;
esac
for each in $(ids); do
  case $before in *" $each "*) continue ;; esac
  if is_called "$each"; then ask xenstore-write "/local/domain/$each/hum-start" "$mark"; fi
done
release
exit $status
