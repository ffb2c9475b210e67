# Tells what a host has of a job and what a job needs. Writes nothing.
#
#   $1  the job's name
#   $2  the job's account; empty where it is not known yet
#   $3  one more file to show, as `foreign`; empty for none
#
# A fact a line; a file as `file PART BYTES`, then so many bytes and a newline. `odd PART` is no plain file, or too large to be one of these.

LC_ALL=C
PATH="${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin"
export LC_ALL PATH

show() {
  if [ -L "$2" ] || { [ -e "$2" ] && [ ! -f "$2" ]; }; then
    echo "odd $1"
  elif [ -f "$2" ]; then
    size=$(wc -c <"$2") || return
    size=$((size))
    if [ "$size" -gt "$3" ]; then
      echo "odd $1"
    else
      echo "file $1 $size"
      head -c "$size" <"$2"
      echo
    fi
  fi
}

show script "/etc/hum/jobs/$1.sh" 1048576
show cron "/etc/cron.d/hum-$1" 65536
show service "/etc/systemd/system/hum-$1.service" 65536
show timer "/etc/systemd/system/hum-$1.timer" 65536
if [ -n "$3" ]; then show foreign "$3" 4194304; fi

if [ -n "$2" ]; then
  { getent passwd "$2" 2>/dev/null || grep "^$2:" /etc/passwd; } | head -n 1 | awk -F: '{ print "account " $3 " " $6 }'
fi
version=$(rsync --version 2>/dev/null | sed -n 's/^rsync *version *v*\([0-9][0-9.]*\).*/\1/p' | head -n 1)
[ -z "$version" ] || echo "rsync $version"
for each in flock ssh systemctl crontab; do
  if command -v "$each" >/dev/null 2>&1; then echo "has $each"; fi
done
[ ! -d /etc/cron.d ] || echo 'has cron.d'
[ ! -d /run/systemd/system ] || echo 'has systemd'
if cat /proc/[0-9]*/comm 2>/dev/null | grep -qxE 'cron|crond|cronie'; then echo 'runs cron'; fi
zone=$(readlink /etc/localtime 2>/dev/null | sed -n 's|.*/zoneinfo/||p')
[ -n "$zone" ] || zone=$(head -n 1 /etc/timezone 2>/dev/null)
echo "zone $zone"
echo "clock $(date +%s)"
echo end
