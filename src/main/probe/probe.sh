# The sampler that runs on the host, for as long as the session lives. POSIX sh; needs grep, sort, head, cut, uname, and sed, find, id for Xen;
# writes nothing.
#
#   $1  the nonce that marks our lines: nothing that a host prints can pass for one
#   $2  where proc(5) is mounted
#   $3  what /etc, /sys and /var are below; nothing, but in tests
#
# Request, a line on stdin:   <seq> <section>...
# Answer, a frame on stdout:  <nonce> begin <seq>
#                             <nonce> files          lines of the asked-for files, as grep prints them: <path>:<line>
#                             <nonce> <section>      what a section of its own command prints: facts, key=value lines; processes, see there
#                             <nonce> end <seq>
#
# All sections that only read files share one grep: a sample costs the host one process.
#
# `xen` and `xen-load` answer with sections of other names. Those of a command, xen-<x>, hold what it printed and an empty line, and
# are followed by xen-<x>-end: its exit status (124 when it was ended after 20 s), then what it printed on stderr.
#
#   xen        xen-info      xl info. When it fails, only xen-daemons and xen-files follow
#              xen-domains   xl list --long, without the blanks that lines begin with; or xen-domains-same, empty, when nothing has changed
#              xen-store     xenstore-ls -f, some of it, when xl list --long failed or complained
#              xen-uptime    xl uptime
#              xen-files     lines of the configurations in /etc/xen and /etc/xen/auto, <path>:<line>; or xen-files-same, empty
#   xen-load   xen-list      xl list
#              xen-counters  lines of proc's uptime and net/dev, and of vbd-<id>-<device>/statistics/{rd,wr}_sect, <path>:<line>
#   whole      nothing; the xen after it says nothing of `same`
#   either     xen-daemons   after a command of Xen's that failed: the stat file of each xenstored in /proc
#
# Where xm is the toolstack, the commands are those of xm.

nonce=$1
proc=$2
root=${3-}
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
available=
if [ -r "$proc/meminfo" ]; then
  # It is the third line: read by the shell itself, as a process more for each host is felt when a fleet connects.
  while read -r line; do
    case $line in MemAvailable:*) available=yes && break ;; esac
  done <"$proc/meminfo"
fi
if [ -z "$available" ] && [ -r "$proc/sys/vm/min_free_kbytes" ]; then
  read -r min_free <"$proc/sys/vm/min_free_kbytes"
fi
# Looked up once here: the subshell of each sample would look it up anew.
hash grep 2>/dev/null

# Which toolstack rules the host; nothing unless this is dom0, which alone has the capability control_d.
toolstack() {
  # Most hosts have no such file: no process is started to find that out.
  [ -r "$proc/xen/capabilities" ] || return 0
  grep -q control_d "$proc/xen/capabilities" || return 0
  # XAPI and xend keep books of their own on the domains: while one of them runs, xl must not be used, though it may be there.
  if [ -e "$root/etc/xensource-inventory" ] && command -v xe >/dev/null; then
    echo xe
    return
  fi
  pid=
  [ -r "$root/var/run/xend.pid" ] && read -r pid <"$root/var/run/xend.pid"
  if [ -n "$pid" ] && [ -d "$proc/$pid" ] && command -v xm >/dev/null; then
    echo xm
    return
  fi
  for each in xl xm xe; do
    command -v "$each" >/dev/null && echo "$each" && return
  done
}

facts() {
  # uname prints name, node, release and machine in this order, whatever the order of the flags.
  # shellcheck disable=SC2046 # words are what is wanted
  set -- $(uname -snrm)
  printf '%s\n' "hostname=$2" "kernel=$1 $3" "architecture=$4"
  echo "cores=$(grep -c '^cpu[0-9]' "$proc/stat" 2>/dev/null)"
  [ -r "$proc/sys/kernel/random/boot_id" ] && read -r line <"$proc/sys/kernel/random/boot_id" && echo "boot_id=$line"
  stack=$(toolstack)
  [ -n "$stack" ] && echo "toolstack=$stack"
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

# How to run Xen's commands: by the toolstack, as root (xl answers nobody else), and not for ever. Found out once, when first asked for.
tool=
as_root=
prepare_xen() {
  [ -n "$tool" ] && return
  tool=$(toolstack)
  tool=${tool:-xl}
  # Busybox before 1.30 wants `timeout -t 20`.
  timeout 20 true </dev/null 2>/dev/null && as_root='timeout 20'
  [ "$(id -u)" = 0 ] && return
  sudo -n true </dev/null 2>/dev/null && as_root="sudo -n $as_root"
}

# Runs a command of Xen's, the name of its section first, and leaves what it answered in `answer` and its exit status in `status`. Once one
# of them did not end by itself, the request runs no more.
ask() {
  name=$1
  shift
  status=124
  answer="$newline$nonce $name-end${newline}124"
  if [ -z "$hangs" ]; then
    # stdout goes past the inner $(…), which holds stderr.
    answer=$(
      {
        errors=$("$@" 2>&1 >&3 3>&- </dev/null)
        status=$?
        printf '\n%s %s-end\n%s\n%s\n' "$nonce" "$name" "$status" "$errors"
        exit "$status"
      } 3>&1
    )
    status=$?
  fi
  [ "$status" = 124 ] && hangs=yes
  [ "$status" = 0 ] || failed=yes
}

add() {
  frame="$frame$nonce $1$newline$2$newline"
}

# What xl list --long would tell, and its answer has no place for: of a domain that libxl knows nothing of, as xend or libvirt built it.
store() {
  # shellcheck disable=SC2086 # words are what is wanted, here and below
  $as_root xenstore-ls -f | grep -E \
    '^/(libxl/[0-9]+/(type|device/(vbd|vif|pci)/)|local/domain/[0-9]+/(name|vm|memory/|console/vnc)|vm/[^/]+/(image/|on_))'
}

# The last answers: a text that has not changed since is not sent again. No answer is a dash.
domains=-
configurations=-

# shellcheck disable=SC2086
xen() {
  prepare_xen
  ask xen-info $as_root $tool info
  add xen-info "$answer"
  if [ "$status" = 0 ]; then
    ask xen-domains $as_root $tool list --long
    if [ "$answer" = "$domains" ]; then
      frame="$frame$nonce xen-domains-same$newline"
    else
      domains=$answer
      add xen-domains "$(say "$answer$newline" | sed 's/^ *//')"
    fi
    case $answer in
      *"$nonce xen-domains-end${newline}0") ;;
      *)
        ask xen-store store
        add xen-store "$answer"
        ;;
    esac
    ask xen-uptime $as_root $tool uptime
    add xen-uptime "$answer"
  fi
  # Bounded one by one and in all: a folder full of other things must not flood the console. A colon would end the name for the reader.
  answer=$($as_root find -L "$root/etc/xen" "$root/etc/xen/auto" -maxdepth 1 -type f -size -65537c \
    ! -name '*[:[:cntrl:]]*' ! -name '.*' ! -name '*~' ! -name '*.bak' ! -name '*.dpkg-*' ! -name '*.rpm*' \
    ! -name xl.conf ! -name 'xend-*' ! -name 'x[lm]example*' \
    -exec grep -s '' /dev/null {} + 2>/dev/null </dev/null | head -c 3000000)
  if [ "$answer" = "$configurations" ]; then
    frame="$frame$nonce xen-files-same$newline"
  else
    configurations=$answer
    add xen-files "$answer"
  fi
}

# shellcheck disable=SC2086
xen_load() {
  prepare_xen
  ask xen-list $as_root $tool list
  add xen-list "$answer"
  add xen-counters "$(
    cd "$root/sys/bus/xen-backend/devices" 2>/dev/null && set +f
    exec grep -s '' "$proc/uptime" "$proc/net/dev" vbd-*/statistics/*_sect
  )"
}

say() {
  printf '%s' "$1"
}
# mksh has no printf of its own, and a program is given no more than 128 KiB in one argument.
[ -z "${KSH_VERSION-}" ] || [ "$(command -v printf)" = printf ] || eval 'say() { print -rn -- "$1"; }'

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
      facts | processes | whole | xen | xen-load) own="$own $section" ;;
    esac
  done
  # Written in one piece: to the console each packet costs nearly as much as the figures in it.
  frame="$nonce begin $seq$newline"
  if [ -n "$files" ]; then
    # shellcheck disable=SC2086 # a list of paths without spaces; /dev/null makes grep name the file even when there is one
    frame="$frame$nonce files$newline$(grep -Fs -e 'cpu ' -e "$wanted$interfaces" $files /dev/null)$newline$watermark"
  fi
  hangs=
  failed=
  for section in $own; do
    case $section in
      xen) xen ;;
      xen-load) xen_load ;;
      whole)
        domains=-
        configurations=-
        ;;
      *)
        say "$frame$nonce $section$newline"
        "$section"
        frame=
        ;;
    esac
  done
  [ -n "$failed" ] && add xen-daemons "$(set +f && exec grep -ls '(.*xenstored)' "$proc"/[0-9]*/stat)"
  say "$frame$nonce end $seq$newline"
done
