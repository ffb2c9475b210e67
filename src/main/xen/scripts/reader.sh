# Reads the console of a guest into $ledger/console while it comes up, for build.sh and watch.sh.
#
# attach DOMAIN     begins, and waits a moment until it is attached: a guest that is paused then loses no line. Or by halves:
# open_reader DOMAIN, await_reader
# end_reader        ends it
#
# Xen gives a console to one reader: this one ends with the guest, when it is told to, or when nobody has looked for two minutes (watch.sh).

# Its input is a pipe with both ends in its hands: at the end of its input it would leave. A megabyte is enough for any boot; what it is
# written to must not grow with what a guest prints. (The unit of ulimit is 512 bytes, in bash 1024.)
# shellcheck disable=SC2016
reader=$began_at' && printf "%s %s\n" $$ "$s" >"$1/worker-console" || exit 1; ulimit -f 2048; exec "$2" console "$3" <>"$1/keys" >>"$1/console" 2>/dev/null'

attach() {
  open_reader "$1" && await_reader
}

open_reader() {
  end_reader
  $sudo test -p "$ledger/keys" || $sudo mkfifo -m 600 "$ledger/keys" || return 1
  jot console-of "$1"
  $own $sudo sh -c "$reader" sh "$ledger" "$tool" "$1" </dev/null >/dev/null 2>&1 &
  guard $! worker-console 120 &
}

await_reader() {
  tried=0
  while [ "$tried" -lt 30 ]; do
    if $sudo test -s "$ledger/console"; then return 0; fi
    if alive worker-console; then
      case $($sudo ls -l "/proc/$pid/fd" 2>/dev/null) in */dev/pts/*) return 0 ;; esac
    fi
    nap
    tried=$((tried + 1))
  done
  return 0
}

end_reader() {
  # One that has just been begun, by a script that was killed, may not be on record yet.
  if $sudo test -e "$ledger/console-of" && ! $sudo test -e "$ledger/worker-console"; then sleep 1; fi
  stop worker-console
  strike console-of
}
