# Stops a job that runs: asks the script, which ends its rsync, tells how it ended and gives the lock back. Run as the job's account.
#
#   $1  the job's name
#
# Exit status: 81 it does not run.

dir=${HUM_ROOT-}/var/lib/hum/jobs/$1
pid=$(sed -n 's/^{"version":1,"job":"[a-z0-9-]*","pid":\([0-9][0-9]*\),.*"ended":null,.*/\1/p' "$dir/status.json" 2>/dev/null | head -n 1)
case $pid in '' | 0 | 1) exit 81 ;; esac
# Nobody holds the lock: the number may be another process by now.
if (exec 9>>"$dir/lock" && flock -n 9) 2>/dev/null; then exit 81; fi
kill -TERM "$pid"
