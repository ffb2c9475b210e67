# Builds a domain from its configuration, marked as built by this plan, or takes back what this plan built.
#
#   $1  xl or xm
#   $2  start, or undo; deploy, or undo-deploy: of a plan that has claimed the name (claim.sh)
#   $3  the mark of the plan: letters and digits
#   $4  the configuration
#   $5  the name of the domain
#
# The mark stands in xenstore, where it goes when the domain goes: nobody else's domain of the same name is ever taken away. While a
# deployment has claimed the name, and has begun to build, a domain of that name is its own also after a reboot of the host, and always one of
# its name and uuid.
#
# deploy builds the domain paused, and lets it run once its console is read: no line of a guest that ends at once is lost.

tool=$1 what=$2 mark=$3 config=$4 name=$5
# A deployment is on record in its ledger, where its undo finds it.
if [ "$what" = deploy ]; then
  of_plan "$mark" start
  begin
else
  hold "$mark"
fi

over() {
  if [ "$what" = deploy ]; then strike script-start; else release; fi
}

# For $( ) only.
ids() {
  asked xenstore-list /local/domain
}

# Sets $called and $uuid of a domain; the name may be anything, a line end in it too.
find_name() {
  called=$(asked xenstore-read "/local/domain/$1/name" "/local/domain/$1/vm" 2>/dev/null)
  uuid=${called##*/vm/}
  called=${called%"$newline/vm/$uuid"}
  # xend adds a number after a reboot.
  uuid=${uuid%"${uuid#????????-????-????-????-????????????}"}
}

# The domain that this plan has built, in $built.
find_built() {
  built=
  for each in $(ids); do
    [ "$each" != 0 ] && [ "$(asked xenstore-read "/local/domain/$each/hum-start" 2>/dev/null)" = "$mark" ] || continue
    built=$each
    return 0
  done
  case $what in *deploy) ;; *) return 1 ;; esac
  known=$(entry domain)
  [ -n "$known" ] || return 1
  claimed=
  if [ "$($sudo cat "$hum/claims/$name" 2>/dev/null)" = "$mark" ]; then claimed=yes; fi
  for each in $(ids); do
    [ "$each" != 0 ] || continue
    find_name "$each"
    [ "$called" = "$name" ] || continue
    [ -n "$claimed" ] || [ "$uuid" = "$known" ] || continue
    built=$each
    return 0
  done
  return 1
}

case $what in
  undo*)
    if [ "$what" = undo-deploy ]; then
      of_plan "$mark" start
      undo
      end_reader
    fi
    if find_built; then
      act "$tool" destroy "$built"
      status=$?
    else
      echo 'Nothing was built: there is nothing to take back.'
      status=0
    fi
    if [ "$what" = undo-deploy ] && [ "$status" -eq 0 ]; then strike domain; fi
    release
    exit $status
    ;;
esac

# Once its console is read, the guest may run. This one was found: it may run already, or be paused by somebody.
let_run() {
  attach "$1" || unheard
  case $(asked "$tool" list "$1" | sed -n '$s/.*[ 	]\([a-z-]\{6,\}\)[ 	]*[0-9.]*[ 	]*$/\1/p') in
    ??p*) act "$tool" unpause "$1" ;;
  esac
}

unheard() {
  echo 'note: its console cannot be read while it comes up.'
}

set -- "$config"
if [ "$what" = deploy ]; then
  # Before it builds it notes that it does.
  if $sudo test -e "$ledger/domain" && find_built; then
    let_run "$built"
    status=$?
    over
    exit $status
  fi
  set -- -p "$config"
fi

listed=$(ids) || exit $?
before=' '
for each in $listed; do
  before="$before$each "
  # Whose name is claimed, claim.sh has looked for, and the toolstack does.
  [ "$what" != deploy ] || continue
  find_name "$each"
  [ "$called" = "$name" ] || continue
  over
  exit 83
done
if [ "$what" = deploy ]; then
  jot domain building
  finish "$tool" create "$@"
else
  act "$tool" create "$@"
fi
status=$?
# A create that fails may leave its domain, without its monitor: when xl cannot write its log, for one. The name was free before, and is not ours
# only where xl says that it was taken meanwhile.
case $status:$printed in
  0:*) ours=yes ;;
  *'already exists'*)
    ours=
    if [ "$what" = deploy ]; then strike domain; fi
    ;;
  *) ours=yes ;;
esac
if [ -n "$ours" ]; then
  for each in $(ids); do
    case $before in *" $each "*) continue ;; esac
    find_name "$each"
    [ "$called" = "$name" ] || continue
    ask xenstore-write "/local/domain/$each/hum-start" "$mark"
    [ "$what" = deploy ] || continue
    opened=
    if [ "$status" -eq 0 ]; then open_reader "$each" && opened=yes || unheard; fi
    enter domain "$uuid"
    [ "$status" -eq 0 ] || continue
    [ -z "$opened" ] || await_reader
    act "$tool" unpause "$each"
    status=$?
  done
fi
over
exit $status
