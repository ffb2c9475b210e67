# Builds the domain of a deployment from its configuration, or takes it back.
#
#   $1  xl
#   $2  make, or undo
#   $3  the mark of the plan: hex digits
#   $4  the configuration
#   $5  the name, which the plan has claimed (claim.sh)
#
# The domain is built with a uuid that is on record before: whatever another one is called, it is never taken for it. Only a reboot of the host,
# which may have built it anew from its configuration, gives it another one; then it is the one of its name, as long as that is claimed.
#
# An undo destroys it, and whatever xl builds of it anew, until that xl has ended.
#
# It is built paused, and runs once its console is read: no line of a guest that ends at once is lost.

tool=$1 what=$2 config=$4 name=$5
of_plan "$3" start

# Sets $id, and $known to its uuid.
find_built() {
  known='' booted=
  $sudo test -e "$ledger/domain" || return 1
  read -r known booted <<END
$(entry domain)
END
  [ -n "$known" ] || return 1
  if find_id "$known" '' ''; then return 0; fi
  [ "$booted" != "$boot" ] && [ "$($sudo cat "$hum/claims/$name" 2>/dev/null)" = "$mark" ] || return 1
  ids=$(asked xenstore-list /local/domain) || exit 86
  for id in $ids; do
    # Both at once: a name may have a line end in it, and then pretends to be both.
    called=$(asked xenstore-read "/local/domain/$id/name" "/local/domain/$id/vm" 2>/dev/null)
    vm=${called#"$name$newline/vm/"}
    case $vm in "$called" | *[!0-9a-fA-F-]*) continue ;; esac
    [ "$id" != 0 ] || continue
    known=$vm
    return 0
  done
  return 1
}

unheard() {
  echo 'note: its console cannot be read while it comes up.'
}

if [ "$what" = undo ]; then
  $sudo test -d "$ledger" || refuse 85 finished "$name"
  undo
  end_reader
  found= tried=0
  while :; do
    if find_built; then
      found=yes
      act "$tool" destroy "$id" || {
        code=$?
        # It may have gone by itself in this moment.
        ! find_built || exit "$code"
      }
    fi
    # Of a guest that restarts there is no domain for some seconds, and then the next: the xl that built the first waits for its end.
    # shellcheck disable=SC2016
    builder=$([ -z "$known" ] || $sudo sh -c 'for each in /proc/[0-9]*/comm; do
        read -r comm 2>/dev/null <"$each" && [ "$comm" = "$2" ] || continue
        case $(tr "\0" "\n" 2>/dev/null <"${each%comm}cmdline") in *"$1"*) each=${each%/comm}; echo "${each##*/}"; exit ;; esac
      done' sh "uuid='$known'" "$tool")
    [ -n "$builder" ] || break
    [ "$tried" -lt 120 ] || refuse 124 busy "$builder"
    sleep 1
    tried=$((tried + 1))
  done
  [ -n "$found" ] || echo 'Nothing was built: there is nothing to take back.'
  strike domain
  exit 0
fi

begin
# It has been built before. It may run already, or be paused by somebody.
if find_built; then
  enter domain "$known $boot"
  attach "$id" || unheard
  case $(asked "$tool" list "$id" | sed -n '$s/.*[ 	]\([a-z-]\{6,\}\)[ 	]*[0-9.]*[ 	]*$/\1/p') in
    ??p*) act "$tool" unpause "$id" || exit $? ;;
  esac
  exit 0
fi

uuid=
read -r uuid </proc/sys/kernel/random/uuid
[ -n "$uuid" ] || exit 85
jot domain "$uuid $boot"
finish "$tool" create -p "$config" "uuid='$uuid'" || exit $?
case $name in
  # What is no option and no id is what it was built as.
  [A-Za-z]*) id=$name ;;
  *) find_built || exit 81 ;;
esac
if open_reader "$id"; then await_reader; else unheard; fi
act "$tool" unpause "$id"
exit $?
