# Makes the folder in which a job keeps its status, log and lock, or takes it away where nothing is in it.
#
#   $1  make, or unmake
#   $2  the job's name
#   $3  the job's account, whose folder it is; where it was another's, what is in it goes

LC_ALL=C
PATH="${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin"
export LC_ALL PATH
umask 022
dir=/var/lib/hum/jobs/$2
if [ "$1" = unmake ]; then
  rmdir -- "$dir" 2>/dev/null
  exit 0
fi
for each in /var/lib/hum /var/lib/hum/jobs "$dir"; do
  if [ -L "$each" ]; then
    echo "$each is a link." >&2
    exit 85
  fi
  # Another account begins anew: what the one before has put there may be a second name of any file, which must not change hands.
  if [ "$each" = "$dir" ] && [ -d "$each" ] && [ "$(stat -c %u -- "$each")" != "$(id -u -- "$3")" ]; then rm -rf -- "$each" || exit; fi
  [ -d "$each" ] || mkdir -m 755 -- "$each" || exit
done
chown -- "$3" "$dir" || exit
if command -v restorecon >/dev/null && { ! command -v selinuxenabled >/dev/null || selinuxenabled; }; then restorecon -R -- /var/lib/hum/jobs; fi
exit 0
