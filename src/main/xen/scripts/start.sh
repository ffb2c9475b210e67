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
hold "$mark"

ids() {
  ask xenstore-list /local/domain
}

named() {
  [ "$(ask xenstore-read "/local/domain/$1/name" 2>/dev/null)" = "$name" ]
}

uuid_of() {
  vm=$(ask xenstore-read "/local/domain/$1/vm" 2>/dev/null)
  printf '%.36s\n' "${vm#/vm/}"
}

# The domain that this plan has built, in $built.
find_built() {
  built=
  for each in $(ids); do
    [ "$each" != 0 ] && [ "$(ask xenstore-read "/local/domain/$each/hum-start" 2>/dev/null)" = "$mark" ] || continue
    built=$each
    return 0
  done
  case $what in *deploy) ;; *) return 1 ;; esac
  uuid=$(entry domain)
  [ -n "$uuid" ] || return 1
  claimed=
  if [ "$($sudo cat "$hum/claims/$name" 2>/dev/null)" = "$mark" ]; then claimed=yes; fi
  for each in $(ids); do
    [ "$each" != 0 ] && named "$each" && { [ -n "$claimed" ] || [ "$(uuid_of "$each")" = "$uuid" ]; } || continue
    built=$each
    return 0
  done
  return 1
}

case $what in
  *deploy)
    of_plan "$mark" start
    await last-start
    if [ "$what" = undo-deploy ]; then undo; fi
    ;;
esac

case $what in
  undo*)
    if [ "$what" = undo-deploy ]; then end_reader; fi
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

# Once its console is read, the guest may run. One that was found may run already, or be paused by somebody.
let_run() {
  attach "$1" || echo 'note: its console cannot be read while it comes up.'
  if [ "${2-}" = new ]; then
    act "$tool" unpause "$1"
    return
  fi
  case $(ask "$tool" list "$1" | sed -n '$s/.*[ 	]\([a-z-]\{6,\}\)[ 	]*[0-9.]*[ 	]*$/\1/p') in
    ??p*) act "$tool" unpause "$1" ;;
  esac
}

set -- "$config"
if [ "$what" = deploy ]; then
  # Sent before its undo, and begun after.
  ! $sudo test -e "$ledger/undone-start" || {
    release
    refuse 85 undone
  }
  if find_built; then
    let_run "$built"
    status=$?
    release
    exit $status
  fi
  set -- -p "$config"
fi

listed=$(ids) || exit $?
before=" $(echo $listed) "
for each in $before; do
  named "$each" || continue
  release
  exit 83
done
if [ "$what" = deploy ]; then
  enter domain building
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
    named "$each" || continue
    ask xenstore-write "/local/domain/$each/hum-start" "$mark"
    if [ "$what" = deploy ]; then enter domain "$(uuid_of "$each")"; fi
    if [ "$what" = deploy ] && [ "$status" -eq 0 ]; then
      let_run "$each" new
      status=$?
    fi
  done
fi
release
exit $status
