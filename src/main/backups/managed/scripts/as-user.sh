# Runs a script as the job's account, in what cron gives it: its home, its name, and no agent.
#
#   $1   the account
#   $2   the script
#   $3…  its arguments
#
# Exit status: 86 there is no such account; else the script's.

user=$1
shift
line=$(getent passwd "$user" 2>/dev/null || grep "^$user:" /etc/passwd) || exit 86
home=$(printf '%s\n' "$line" | head -n 1 | cut -d : -f 6)
set -- env -i HOME="$home" USER="$user" LOGNAME="$user" SHELL=/bin/sh \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  sh -c 'cd 2>/dev/null || cd /; script=$1; shift; exec sh -c "$script" hum-job "$@"' sh "$@"
if [ "$(id -un)" = "$user" ]; then exec "$@"; fi
# setpriv leaves the process as it is; su puts it into a session of its own.
if command -v setpriv >/dev/null 2>&1 && setpriv --help 2>&1 | grep -q init-groups; then
  exec setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups "$@"
fi
exec su -s /bin/sh -c 'exec "$@"' -- "$user" sh "$@"
