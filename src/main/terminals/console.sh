# The console of domain $1, on a terminal: without one, nobody could type to it or leave it.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# What is typed before xl makes the terminal raw is the guest's as well, as it was typed and once.
stty -icanon -echo -icrnl -isig min 1 time 0

# The process that holds the console of this domain.
holder() {
  for file in $(grep -lzs '/xenconsole$' /proc/[0-9]*/cmdline); do
    if [ "$(tr '\0' '\n' <"$file" 2>/dev/null | sed -n 2p)" = "$1" ]; then
      file=${file%/cmdline}
      echo "${file##*/}"
      return
    fi
  done
}

# One that has just been hung up on is still about to end.
tries=0
while pid=$(holder "$1") && [ -n "$pid" ] && [ "$tries" -lt 3 ]; do
  tries=$((tries + 1))
  sleep 1
done
if [ -n "$pid" ]; then
  echo "Process $pid on the host holds the console of this guest:"
  ps -o user=,tty=,lstart= -p "$pid" 2>/dev/null
  # As xenconsole itself ends when it does not get its lock (EAGAIN).
  exit 11
fi
xl console "$1"
