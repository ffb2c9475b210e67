# Claims the name of a VM for one plan, gives it free, or ends the account of a plan that is done.
#
#   $1  take, drop, or release
#   $2  the mark of the plan: hex digits
#   $3  the name
#   take:    $4 xl, $5 the configuration that the VM will have
#   release: $4… volumes, GROUP/VOLUME, that bear the plan's tag
#
# A claim is a file that bears the name and holds the mark; it is linked into place, which only one of two can do. A claim older than a
# day, of which nothing came, is nobody's any more. The account of a plan that is done stays for a day, as its last step may have been cut
# off and a person may still want it undone; then the end of the next deployment sweeps it away.

what=$1 name=$3
of_plan "$2" claim
umask 077
claims=$hum/claims
claim=$claims/$name
case $name in '' | .* | */*) exit 85 ;; esac

owner() {
  $sudo cat "$claim" 2>/dev/null
}

# leave nothing|released: only the things themselves stay on record, should one of them be on the host, so that a person can undo it later.
leave() {
  [ "$(owner)" != "$mark" ] || $sudo rm -f "$claim"
  $sudo rm -f "$claims/.$mark"
  ended=$1
  # A look that comes late (disk-look.sh, watch.sh) may leave its sign once more.
  for _ in 1 2 3; do
    set --
    for each in $($sudo ls "$ledger" 2>/dev/null); do
      case $each in
        *.new) ;;
        made-* | folder-* | in-* | boolean-* | domain) continue ;;
        # What an undo could not wait for.
        last-*) ! alive "$each" || continue ;;
        released) [ "$ended" != released ] || continue ;;
      esac
      set -- "$@" "$each"
    done
    strike "$@"
    if [ "$ended" = released ] || $sudo rmdir "$ledger" 2>/dev/null; then break; fi
  done
  $sudo rmdir "$claims" "$hum/deploys" "$hum" 2>/dev/null
  return 0
}

sign() {
  if [ -z "$sudo" ]; then printf '%s\n' "$mark" >"$1"; else printf '%s\n' "$mark" | $sudo tee "$1" >/dev/null; fi
}

taken() {
  leave nothing
  refuse 83 taken "$1"
}

# Whether a domain has the name.
runs() {
  ids=$(asked xenstore-list /local/domain) || {
    leave nothing
    exit 86
  }
  set --
  for each in $ids; do set -- "$@" "/local/domain/$each/name"; done
  # All at once, unless one of them has gone meanwhile.
  names=$(asked xenstore-read "$@" 2>/dev/null) || names=$(for each; do ask xenstore-read "$each"; done 2>/dev/null)
  case $newline$names$newline in *"$newline$name$newline"*) return 0 ;; esac
  return 1
}

case $what in
  drop)
    # The claim may be on its way still.
    $sudo test -d "$ledger" || sleep 2
    undo
    leave nothing
    [ "$(owner)" != "$mark" ] || refuse 1 ledger
    exit 0
    ;;
  release)
    shift 3
    for each in "$@"; do
      $sudo lvchange --deltag "hum-$mark" "$each" >/dev/null 2>&1
    done
    jot released yes
    leave released
    for each in $($sudo find "$hum/deploys" -mindepth 2 -maxdepth 2 \( -name released -o -name 'undone-*' \) -mmin +1440 2>/dev/null); do
      ended=${each%/*}
      # Without the record of a plan under way, or of a thing that is still there, it is what an undo after the end has left.
      case $each in */released) ;; *) ! $sudo ls "$ended" | grep -qE '^((script|last|made|folder|in|boolean)-|domain$)' || continue ;; esac
      $sudo rm -rf "$ended"
    done
    exit 0
    ;;
esac

config=$5
# Whoever gives the last name free takes the empty folders away, and may do so in this very moment.
for _ in 1 2 3; do
  # Where it is there already, the claim may be the same file.
  $sudo mkdir -p "$claims" "$ledger" && { $sudo test -s "$claims/.$mark" || sign "$claims/.$mark"; } && break
done 2>/dev/null
$sudo test -s "$claims/.$mark" || refuse 1 ledger
$sudo sync "$claims/.$mark" 2>/dev/null || $sudo sync
# By its numbers alone a file is known again.
[ -n "$(identity "$claims")" ] || {
  leave nothing
  refuse 85 program stat
}
begin
if ! linked "$claims/.$mark" "$claim" 2>/dev/null; then
  former=$(owner)
  if [ "$former" != "$mark" ]; then
    [ -n "$($sudo find "$claim" -mmin +1440 2>/dev/null)" ] && ! there "$config" && ! runs || taken claim
    # Of those who see that it is old, one may take it over: whoever links this name.
    over=$claims/.over-$name
    [ -z "$($sudo find "$over" -mmin +1440 2>/dev/null)" ] || $sudo rm -f "$over"
    linked "$claims/.$mark" "$over" 2>/dev/null || taken claim
    if [ "$(owner)" = "$former" ]; then $sudo mv -f "$claims/.$mark" "$claim"; fi
    $sudo rm -f "$over"
    [ "$(owner)" = "$mark" ] || taken claim
    case $former in '' | *[!0-9a-f]*) ;; *) $sudo rm -f "$claims/.$former" ;; esac
    echo "Nothing came of the claim of $former: it was taken over."
  fi
fi
# After the link: whoever had the name before has written the rest by now.
if there "$config"; then taken config; fi
if runs; then taken domain; fi
exit 0
