# From here on every job is the same. Exit status: rsync's; 75 the run before still goes on, 66 the source is empty, 69 flock is missing,
# 73 the job's folder cannot be written; that of the command before where it failed. `NAME.sh dry` only says what would be done.
LC_ALL=C
PATH="${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
export LC_ALL PATH
umask 022
dir=${HUM_ROOT-}/var/lib/hum/jobs/$job
most=1048576
stamp=$(date -u +%Y-%m-%dT%H%M%SZ)

case ${1-} in
  dry)
    shift
    copy --dry-run --stats "$@"
    ;;
  hum) trigger=hum ;;
  *) trigger=$usual ;;
esac

complain() { printf 'Backup %s: %s\n' "$job" "$1" >&2; }

# A run as JSON: pid, started, ended, exit, last success, bytes, files, seconds, and what else there is to say.
record() {
  printf '{"version":1,"job":"%s","pid":%s,"started":%s,"ended":%s,"exit":%s,"lastSuccess":%s,"bytes":%s,"files":%s,"seconds":%s,"trigger":"%s"%s}\n' \
    "$job" "$1" "$2" "$3" "$4" "$5" "$6" "$7" "$8" "$trigger" "${9-}"
}

# Whole or not at all: who reads it never sees half of it.
tell() {
  { record "$@" >"$dir/status.new" && mv -f -- "$dir/status.new" "$dir/status.json"; } 2>/dev/null || complain "$dir/status.json could not be written"
}

mkdir -p -- "$dir" 2>/dev/null
command -v flock >/dev/null 2>&1 || {
  complain 'flock is missing, without which runs could overlap; nothing was copied'
  exit 69
}
started=$(date +%s)
{ exec 9>>"$dir/lock"; } 2>/dev/null || {
  complain "$dir/lock cannot be opened; nothing was copied"
  exit 73
}
if ! flock -n 9; then
  { record $$ "$started" "$started" 75 null null null 0 ',"skipped":true' >>"$dir/runs.jsonl"; } 2>/dev/null
  complain 'the run before still goes on; this one is skipped'
  exit 75
fi

success=$(sed -n 's/.*"lastSuccess":\([0-9][0-9]*\),.*/\1/p' "$dir/status.json" 2>/dev/null | head -n 1)
success=${success:-null}
tell $$ "$started" null null "$success" null null null

if [ -f "$dir/log" ] && [ "$(wc -c <"$dir/log")" -ge "$most" ]; then mv -f -- "$dir/log" "$dir/log.1"; fi
log() { { printf '%s\n' "$1" >>"$dir/log"; } 2>/dev/null || true; }
log "--- $stamp $trigger $$"

# Keeps the first MiB of what a run prints, and its end, in the log; a run can print what it likes.
keep_log() {
  { head -c "$most" >>"$dir/log"; } 2>/dev/null
  { tail -c 4096 >"$dir/end"; } 2>/dev/null
  # Where the disk is full both have ended early, and what is left must still be taken in.
  cat >/dev/null
  if [ -s "$dir/end" ]; then
    log ''
    log "--- the log of this run is cut here: it printed more than $most bytes; its end:"
    { cat "$dir/end" >>"$dir/log"; } 2>/dev/null
  fi
  rm -f -- "$dir/end"
}

# A run that Hum watches: it sees everything as it comes, the log gets all but the progress.
watched() {
  (
    trap '' PIPE
    tee /dev/fd/6 6>&1 >&5
    cat >/dev/null
  ) | tr '\r' '\n' | grep -v '^ *[0-9,.]* *[0-9]*% ' | keep_log
}

child=
stopped=
stop() {
  stopped=yes
  if [ -n "$child" ]; then kill -TERM "$child" 2>/dev/null; fi
}
trap stop TERM INT HUP

# Runs a command with its output in the log, and sets $code to its exit status; 20 when it was stopped.
logged() {
  if [ -n "$stopped" ]; then
    code=20
    return
  fi
  pipe=$dir/pipe
  rm -f -- "$pipe"
  if mkfifo -m 600 -- "$pipe" 2>/dev/null; then
    if [ "$trigger" = hum ]; then watched <"$pipe" 5>&1 9>&- & else keep_log <"$pipe" 9>&- & fi
    reader=$!
  else
    complain "$pipe could not be made: there is no log of this run"
    pipe=/dev/null
    reader=
  fi
  "$@" >"$pipe" 2>&1 </dev/null &
  child=$!
  # A signal that came before there was a child to be told.
  if [ -n "$stopped" ]; then kill -TERM "$child" 2>/dev/null; fi
  wait "$child"
  code=$?
  # A trap ends the wait before the command has ended.
  while kill -0 "$child" 2>/dev/null; do
    wait "$child"
    code=$?
  done
  if [ -n "$stopped" ]; then code=20; fi
  child=
  # What the command left behind may hold the pipe for as long as it likes.
  if [ -n "$reader" ] && [ -z "$stopped" ]; then wait "$reader"; fi
  [ "$pipe" = /dev/null ] || rm -f -- "$pipe"
}

command_of() { exec 9>&- sh -c "$1"; }

# Where the copies stand, and the names that Hum gives them: a day number for each, so that weeks can be told.
dated='awk -F "[-T]" '\''
  function day(y, m, d) { if (m < 3) { y--; m += 12 } return 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * m - 457) / 5) + d }
  { print $0, day($1, $2, substr($3, 1, 2)), $1 $2 }'\'''
only_dated="grep -E '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{6}Z\$'"

make_place() { printf 'mkdir -p -- %s\n' "$place" | there; }

finish_changed() {
  {
    printf 'cd -- %s/.hum-changed || exit 0\nage=%s today=%s\n' "$place" "$changed_days" "$stamp"
    printf 'dated() { %s; }\nonly() { %s; }\n' "$dated" "$only_dated"
    cat <<'END'
now=$(echo "$today" | dated | cut -d ' ' -f 2)
for each in $(ls -1 | only | dated | awk -v now="$now" -v age="$age" '$2 + age < now { print $1 }'); do rm -rf -- "./$each"; done
END
  } | there
}

finish_snapshot() {
  {
    printf 'cd -- %s || exit\nnow=%s daily=%s weekly=%s monthly=%s\n' "$place" "$stamp" "$daily" "$weekly" "$monthly"
    printf 'dated() { %s; }\nonly() { %s; }\n' "$dated" "$only_dated"
    cat <<'END'
if [ -e "$now" ]; then
  echo "$now is there already." >&2
  exit 1
fi
mv -- .hum-partial "$now" || exit
ln -s -- "$now" .hum-latest && mv -f -T -- .hum-latest latest 2>/dev/null || { rm -f -- latest .hum-latest && ln -s -- "$now" latest; } || exit
# Of each day, week and month the newest one counts; as many of each stay as were asked for.
old=$(ls -1r | only | dated | awk -v daily="$daily" -v weekly="$weekly" -v monthly="$monthly" '
  { keep = NR == 1; week = int(($2 + 1) / 7)
    if (!($2 in days)) { days[$2]; if (++d <= daily) keep = 1 }
    if (!(week in weeks)) { weeks[week]; if (++w <= weekly) keep = 1 }
    if (!($3 in months)) { months[$3]; if (++m <= monthly) keep = 1 }
    if (!keep) print $1 }')
for each in $old; do
  chmod -R u+w -- "./$each" 2>/dev/null
  rm -rf -- "./$each"
done
END
  } | there
}

# Succeeds where each source is there and not all of them are empty: with --delete an unmounted disk would empty the copy.
sources_are_there() {
  found=
  for each in "$@"; do
    if [ ! -e "$each" ] && [ ! -L "$each" ]; then
      log "$each is not there."
      return 1
    fi
    if [ ! -d "$each" ] || [ -n "$(ls -A -- "$each" 2>/dev/null | head -c 1)" ]; then found=yes; fi
  done
  [ -n "$found" ]
}

code=0
if [ -n "$before" ]; then logged command_of "$before"; fi
if [ "$code" -eq 0 ] && [ -n "$deletes" ] && ! guard; then
  code=66
  log 'The source is empty or not there, and the copy would be emptied: nothing was done.'
fi
if [ "$code" -eq 0 ]; then
  if [ -n "$makes_place" ]; then logged make_place; fi
  # What could not be made rsync will say in its own words.
  code=0
  set -- --stats
  if [ "$trigger" = hum ] && rsync --info=help >/dev/null 2>&1; then set -- "$@" --info=progress2; fi
  logged copy "$@"
  copied=$code
  # 24: files vanished while they were copied, as they do on a living system.
  if [ "$copied" -eq 0 ] || [ "$copied" -eq 24 ]; then
    case $keep in
      snapshots) logged finish_snapshot ;;
      changed) logged finish_changed ;;
    esac
    if [ "$code" -eq 0 ] || [ "$copied" -eq 24 ]; then code=$copied; fi
  fi
fi
if [ -n "$after" ]; then
  copied=$code
  # It may put right what the command before has changed: it runs after a run that was stopped too.
  stopped=
  HUM_EXIT=$copied
  export HUM_EXIT
  logged command_of "$after"
  if [ "$copied" -ne 0 ]; then code=$copied; fi
fi
trap '' TERM INT HUP

ended=$(date +%s)
# rsync's own figures, of this run alone.
figure() {
  found=$(tail -c 8192 "$dir/log" 2>/dev/null | awk -v run="--- $stamp" 'index($0, run) == 1 { seen = "" } { seen = seen $0 "\n" } END { printf "%s", seen }' |
    sed -n "s/^$1: \([0-9,.]*\).*/\1/p" | tail -n 1 | tr -d ',.')
  case $found in '' | *[!0-9]*) echo null ;; *) echo "$found" ;; esac
}
bytes=$(figure 'Total transferred file size')
files=$(figure 'Number of regular files transferred')
if [ "$files" = null ]; then files=$(figure 'Number of files transferred'); fi
if [ "$code" -eq 0 ] || [ "$code" -eq 24 ]; then success=$ended; fi
log "--- ended with status $code"
tell $$ "$started" "$ended" "$code" "$success" "$bytes" "$files" $((ended - started))
{ record $$ "$started" "$ended" "$code" "$success" "$bytes" "$files" $((ended - started)) >>"$dir/runs.jsonl"; } 2>/dev/null || complain "$dir/runs.jsonl could not be written"
if [ -f "$dir/runs.jsonl" ] && [ "$(wc -l <"$dir/runs.jsonl")" -gt 400 ]; then
  { tail -n 400 "$dir/runs.jsonl" >"$dir/runs.new" && mv -f -- "$dir/runs.new" "$dir/runs.jsonl"; } 2>/dev/null
fi

if [ "$code" -ne 0 ] && [ "$code" -ne 24 ] && [ "$trigger" != hum ]; then
  # cron mails what is printed; a timer mails nothing by itself.
  end_of_log() {
    complain "failed with status $code; the end of $dir/log:" 2>&1
    tail -n 30 "$dir/log" 2>/dev/null
  }
  end_of_log >&2
  if [ "$usual" = timer ] && [ -n "$mail_to" ] && command -v mail >/dev/null 2>&1; then
    end_of_log | mail -s "Backup $job failed" "$mail_to"
  fi
fi
exit "$code"
