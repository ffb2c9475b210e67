# Turns the timer of a job on or off, as systemd knows it, or only tells systemd that its files are others. `enable` and `disable` tell it too:
# a reload runs every generator, which takes a slow host half a minute.
#
#   $1  on, off, reload
#   $2  the job's name

LC_ALL=C
export LC_ALL
[ -d /run/systemd/system ] || {
  echo 'systemd does not run on this host.' >&2
  [ "$1" = on ] || exit 0
  exit 1
}
case $1 in
  on) systemctl enable --now "hum-$2.timer" ;;
  off) if [ -e "/etc/systemd/system/hum-$2.timer" ]; then systemctl disable --now "hum-$2.timer"; fi ;;
  reload) systemctl daemon-reload ;;
esac
