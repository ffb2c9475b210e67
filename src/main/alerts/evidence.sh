# What a host has to say about its memory, when an incident of memory begins. POSIX sh, grep, sort, head, cut, tail; df, dmesg and sudo where
# they are. It reads, and writes nothing.
#
#   $1  the nonce that marks our lines: nothing that a host prints can pass for one
#   $2  processes: those alone; all: everything
#   $3  where proc(5) is mounted
#   $4  what /etc and /sys are below; nothing, but in tests
#
# Sections follow a line `<nonce> <name>`. What cannot be read has no lines.

nonce=$1
proc=$3
root=${4-}
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin
export LC_ALL PATH

begin() { printf '\n%s %s\n' "$nonce" "$1"; }

# The 200 largest. Names only: a command line may hold a password.
begin processes
largest=$(grep -s '^VmRSS:' "$proc"/[0-9]*/status /dev/null | sort -k 2 -n -r | head -n 200 | cut -d : -f 1)
# shellcheck disable=SC2086 # a list of paths
[ -n "$largest" ] && grep -sE '^(Name|Uid|VmRSS|VmSwap):' $largest /dev/null
begin users
cut -d : -f 1,3 "$root/etc/passwd" 2>/dev/null | head -c 65536

if [ "$2" = all ]; then
  begin uptime
  head -c 100 "$proc/uptime" 2>/dev/null
  begin meminfo
  head -c 16384 "$proc/meminfo" 2>/dev/null
  begin slab
  { cat "$proc/slabinfo" 2>/dev/null || sudo -n cat "$proc/slabinfo" 2>/dev/null; } | head -c 131072
  begin tmpfs
  df -P -k -t tmpfs 2>/dev/null | head -n 100
  begin balloon
  head -c 64 "$proc/xen/capabilities" 2>/dev/null
  balloon=$root/sys/devices/system/xen_memory/xen_memory0
  [ -r "$balloon/target_kb" ] && printf 'target_kb %s\n' "$(head -c 64 "$balloon/target_kb")"
  [ -r "$balloon/info/current_kb" ] && printf 'current_kb %s\n' "$(head -c 64 "$balloon/info/current_kb")"
  begin kernel
  if messages=$(dmesg 2>/dev/null) || messages=$(sudo -n dmesg 2>/dev/null) || messages=$(journalctl -k -n 3000 --no-pager 2>/dev/null); then
    echo readable
    printf '%s\n' "$messages" | grep -E 'invoked oom-killer|oom-kill:|Killed process' | tail -n 60 | head -c 65536
  fi
fi
begin end
