# The sampler that runs on the host, for as long as the session lives. POSIX sh; needs grep, sort, head, cut, uname; writes nothing.
#
#   $1  the nonce that marks our lines: nothing that a host prints can pass for one
#   $2  where proc(5) is mounted
#
# Request, a line on stdin:   <seq> <section>...
# Answer, a frame on stdout:  <nonce> begin <seq>
#                             <nonce> files          lines of the asked-for files, as grep prints them: <path>:<line>
#                             <nonce> <section>      what a section of its own command prints: facts, key=value lines; processes, see there
#                             <nonce> end <seq>
#
# All sections that only read files share one grep: a sample costs the host one process.

nonce=$1
proc=$2
newline='
'
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin
export LC_ALL PATH
set -f

# What a console reads of meminfo, vmstat, stat, and (by the point in their numbers) pressure, loadavg and uptime; the rest stays on the
# host. Fixed strings: to compile a regular expression costs a host more than the reading itself.
wanted='MemTotal
MemFree
MemAvailable
Buffers
Cached
(file)
Shmem:
Slab
SReclaimable
SwapTotal
SwapFree
Hugetlb
HugePages_Total
Hugepagesize
pswpin
pswpout
oom_kill
.'

# Before Linux 3.14 there is no MemAvailable; its estimate needs the low watermark.
min_free=
if ! grep -qs '^MemAvailable:' "$proc/meminfo" && [ -r "$proc/sys/vm/min_free_kbytes" ]; then
  read -r min_free <"$proc/sys/vm/min_free_kbytes"
fi

facts() {
  # uname prints name, node, release and machine in this order, whatever the order of the flags.
  # shellcheck disable=SC2046 # words are what is wanted
  set -- $(uname -snrm)
  printf '%s\n' "hostname=$2" "kernel=$1 $3" "architecture=$4"
  echo "cores=$(grep -c '^cpu[0-9]' "$proc/stat" 2>/dev/null)"
  [ -r "$proc/sys/kernel/random/boot_id" ] && read -r line <"$proc/sys/kernel/random/boot_id" && echo "boot_id=$line"
  # Only dom0 has the capability control_d.
  if grep -qs control_d "$proc/xen/capabilities"; then
    for tool in xl xm xe; do
      command -v "$tool" >/dev/null && echo "toolstack=$tool" && break
    done
  fi
  grep -hs -m 1 '^PRETTY_NAME=' /etc/os-release /usr/lib/os-release && return
  # Before os-release there was a file for each distribution.
  for file in /etc/redhat-release /etc/SuSE-release; do
    [ -r "$file" ] && read -r line <"$file" && printf '%s\n' "release=$line" && return
  done
}

# The ten largest by resident memory. comm only: a command line may hold a password.
processes() {
  set +f
  top=$(grep -s '^VmRSS:' "$proc"/[0-9]*/status /dev/null | sort -k 2 -n -r | head -n 10 | cut -d : -f 1)
  set -f
  # shellcheck disable=SC2086 # a list of paths without spaces
  grep -Es '^(Name|Uid|VmRSS):' $top /dev/null
  grep -s '^[^:]*:[^:]*:[0-9]' /etc/passwd /dev/null
}

while read -r seq sections; do
  files=
  own=
  interfaces=
  watermark=
  for section in $sections; do
    case $section in
      memory)
        files="$files $proc/meminfo $proc/vmstat"
        watermark=${min_free:+$proc/sys/vm/min_free_kbytes:$min_free$newline}
        ;;
      pressure) files="$files $proc/pressure/memory $proc/pressure/cpu $proc/pressure/io" ;;
      load) files="$files $proc/loadavg" ;;
      cpu) files="$files $proc/stat" ;;
      uptime) files="$files $proc/uptime" ;;
      network)
        files="$files $proc/net/dev"
        interfaces=$newline:
        ;;
      facts | processes) own="$own $section" ;;
    esac
  done
  # Written in one piece: to the console each packet costs nearly as much as the figures in it.
  frame="$nonce begin $seq$newline"
  if [ -n "$files" ]; then
    # shellcheck disable=SC2086 # a list of paths without spaces; /dev/null makes grep name the file even when there is one
    frame="$frame$nonce files$newline$(grep -Fs -e 'cpu ' -e "$wanted$interfaces" $files /dev/null)$newline$watermark"
  fi
  for section in $own; do
    printf '%s' "$frame$nonce $section$newline"
    "$section"
    frame=
  done
  printf '%s' "$frame$nonce end $seq$newline"
done
