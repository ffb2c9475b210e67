# Ends a script that hangs. POSIX sh; needs /proc and sleep.
#
# watched SECONDS   from here on the script, and whatever it has started, is killed after this time: a file system whose server is gone lets go of
#                   nobody but the killed, and a host gives few channels to a connection
# unwatched         it is through
#
# timeout(1) would do it where it kills what its child has started, too; that of busybox does not.

watched() {
  (
    trap 'kill "$nap"; exit' TERM
    sleep "$1" &
    nap=$!
    wait "$nap"
    # The parent of this one: a script that ended without a word has left its number to somebody else.
    read -r line </proc/self/stat && me=${line%% *} && parent "$line" && [ "$parent" = $$ ] || exit
    doomed=" $$ " more=yes
    while [ -n "$more" ]; do
      more=
      for each in /proc/[0-9]*/stat; do
        read -r line <"$each" && parent "$line" || continue
        case $doomed in *" $parent "*) ;; *) continue ;; esac
        case " $me $doomed" in *" ${line%% *} "*) continue ;; esac
        doomed="$doomed${line%% *} " more=yes
      done
    done
    # shellcheck disable=SC2086 # words are what is wanted
    kill -KILL $doomed
  ) </dev/null >/dev/null 2>&1 &
  watchdog=$!
}

# Sets $parent from a line of /proc/PID/stat (proc(5)): a number, the name in brackets, which may hold anything, the state and the parent.
parent() {
  parent=${1##*) }
  [ "$parent" != "$1" ] || return 1
  parent=${parent#* }
  parent=${parent%% *}
}

unwatched() {
  kill "$watchdog" 2>/dev/null
}
