# Hands the lines on stdin to Nagios.
#
#   $1  its external command file, a named pipe
#
# Each line is one write, and so reaches the pipe whole, whoever else writes to it (pipe(7), PIPE_BUF). Without a Nagios that reads it, opening it
# would wait for ever. Says in one word why it cannot: missing, no-pipe, denied, nobody-reads, no-timeout.

say() { printf '%s\n' "$1"; exit 1; }

command -v timeout >/dev/null 2>&1 || say no-timeout
[ -e "$1" ] || { [ -x "${1%/*}" ] && say missing; say denied; }
[ -p "$1" ] || say no-pipe
[ -w "$1" ] || say denied
# shellcheck disable=SC2016 # the inner shell's
timeout 5 sh -c 'while IFS= read -r line; do printf "%s\n" "$line" || exit 1; done >"$1"' sh "$1" 2>/dev/null || say nobody-reads
