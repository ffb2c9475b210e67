# The sampler that runs on the host, for as long as the session lives. POSIX sh and awk; needs uname for facts, grep, sort, head and cut
# for processes, df for disks; writes nothing.
#
#   $1  the nonce that marks our lines: nothing that a host prints can pass for one
#   $2  where proc(5) is mounted
#   $3  what /etc and /var are below; nothing, but in tests
#
# Request, a line on stdin:   <seq> <section>...
# Answer, a frame on stdout:  <nonce> begin <seq>
#                             <nonce> files          lines of the asked-for files: <path>:<line>
#                             <nonce> <section>      facts, key=value lines; processes, lines of files as above; disks, lines that begin
#                                                    with m: from /proc/mounts, k: and i: from df -k and df -i, or k: and the program
#                                                    that is missing
#                             <nonce> lacks          instead of all these: the program that is missing here
#                             <nonce> end <seq>
#
# The shell gives way to an awk, which reads the files itself: a sample starts no process on the host.

nonce=$1
proc=$2
root=${3-}
# What a console reads of meminfo and vmstat; the rest stays on the host.
wanted='MemTotal: MemFree: MemAvailable: Buffers: Cached: SwapCached: Active(file): Inactive(file): Shmem: Slab: SReclaimable:
SwapTotal: SwapFree: Hugetlb: HugePages_Total: Hugepagesize: pswpin pswpout oom_kill'
# File systems on disks of the host itself. Of the others df may wait for a server that is gone, or they hold no room that could run out.
disks='ext2 ext3 ext4 xfs btrfs bcachefs f2fs jfs reiserfs nilfs2 zfs vfat exfat msdos ntfs ntfs3 fuseblk hfsplus ufs ubifs jffs2'
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin

# Which toolstack rules the host; nothing unless this is dom0, which alone has the capability control_d.
find_toolstack() {
  # Most hosts have no such file: no process is started to find that out.
  [ -r "$proc/xen/capabilities" ] || return
  read -r capability <"$proc/xen/capabilities" || return
  case $capability in *control_d*) ;; *) return ;; esac
  # XAPI and xend keep books of their own on the domains: while one of them runs, xl must not be used, though it may be there.
  pid=
  [ -r "$root/var/run/xend.pid" ] && read -r pid <"$root/var/run/xend.pid"
  if [ -e "$root/etc/xensource-inventory" ] && command -v xe >/dev/null; then
    toolstack=xe
  elif [ -n "$pid" ] && [ -d "$proc/$pid" ] && command -v xm >/dev/null; then
    toolstack=xm
  else
    for toolstack in xl xm xe ''; do
      [ -n "$toolstack" ] && command -v "$toolstack" >/dev/null && return
    done
  fi
}
toolstack=
find_toolstack

export nonce proc toolstack wanted disks LC_ALL PATH
# mawk waits for a whole block of requests unless it is told not to; the others take what there is.
if command -v mawk >/dev/null; then set -- mawk -W interactive; else set -- awk; fi
if ! command -v "$1" >/dev/null; then
  while read -r seq line; do echo "$nonce begin $seq" && echo "$nonce lacks" && echo awk && echo "$nonce end $seq"; done
  exit
fi
# shellcheck disable=SC2016 # awk expands what is in it
exec "$@" '
BEGIN {
  nonce = ENVIRON["nonce"]
  proc = ENVIRON["proc"]
  for (i = split(ENVIRON["wanted"], names); i > 0; i--) wanted[names[i]]
  for (i = split(ENVIRON["disks"], names); i > 0; i--) local[names[i]]
  quote = sprintf("%c", 39)
}

# Each adds lines of one file to the frame, <path>:<line>. A file that is not there, or may not be read, has none.
function whole(path,   line) {
  while ((getline line < path) > 0) frame = frame path ":" line "\n"
  close(path)
}

function first(path,   line) {
  if ((getline line < path) > 0) frame = frame path ":" line "\n"
  close(path)
}

# The lines that begin with a wanted name. Answers whether the kernel tells MemAvailable.
function picked(path,   line, name, available) {
  while ((getline line < path) > 0) {
    name = substr(line, 1, index(line, " ") - 1)
    if (!(name in wanted)) continue
    frame = frame path ":" line "\n"
    if (name == "MemAvailable:") available = 1
  }
  close(path)
  return available
}

# Of /proc/net/snmp, where a line of values follows one of names: how many TCP segments were sent, and how many were sent again.
function segments(path,   line, words, sent, again, i) {
  while ((getline line < path) > 0) {
    if (line !~ /^Tcp:/) continue
    for (i = split(line, words, " "); i; i--) {
      if (words[i] == "OutSegs") sent = i
      else if (words[i] == "RetransSegs") again = i
    }
    if (sent && again && words[sent] != "OutSegs") frame = frame path ":Tcp: " words[sent] " " words[again] "\n"
  }
  close(path)
}

function files(section) {
  if (section == "memory") {
    # Before Linux 3.14 there is no MemAvailable; its estimate needs the low watermark.
    if (!picked(proc "/meminfo")) first(proc "/sys/vm/min_free_kbytes")
    picked(proc "/vmstat")
  } else if (section == "pressure") {
    whole(proc "/pressure/memory")
    whole(proc "/pressure/cpu")
    whole(proc "/pressure/io")
  } else if (section == "load") first(proc "/loadavg")
  else if (section == "cpu") first(proc "/stat")
  else if (section == "uptime") first(proc "/uptime")
  else if (section == "tcp") segments(proc "/net/snmp")
  else if (section == "network") whole(proc "/net/dev")
}

# The first line of a file that matches, or nothing.
function line_of(path, pattern,   line) {
  while ((getline line < path) > 0) if (line ~ pattern) {
    close(path)
    return line
  }
  close(path)
  return ""
}

function fact(line) {
  if (line != "") frame = frame line "\n"
}

function named(key, value) {
  if (value != "") fact(key "=" value)
}

function facts(   line, words, cores, distribution) {
  # uname prints name, node, release and machine in this order, whatever the order of the flags.
  "uname -snrm" | getline line
  close("uname -snrm")
  split(line, words, " ")
  named("hostname", words[2])
  named("kernel", words[1] " " words[3])
  named("architecture", words[4])
  while ((getline line < (proc "/stat")) > 0) if (line ~ /^cpu[0-9]/) cores++
  close(proc "/stat")
  named("cores", cores)
  named("boot_id", line_of(proc "/sys/kernel/random/boot_id", "."))
  named("toolstack", ENVIRON["toolstack"])
  distribution = line_of("/etc/os-release", "^PRETTY_NAME=")
  if (distribution == "") distribution = line_of("/usr/lib/os-release", "^PRETTY_NAME=")
  fact(distribution)
  if (distribution != "") return
  # Before os-release there was a file for each distribution.
  distribution = line_of("/etc/redhat-release", ".")
  if (distribution == "") distribution = line_of("/etc/SuSE-release", ".")
  named("release", distribution)
}

# The ten largest by resident memory. Names only: a command line may hold a password.
function processes(   command, path, line) {
  command = "grep -s ^VmRSS: \"$proc\"/[0-9]*/status /dev/null | sort -k 2 -n -r | head -n 10 | cut -d : -f 1"
  while ((command | getline path) > 0) {
    while ((getline line < path) > 0) if (line ~ /^(Name|Uid|VmRSS):/) frame = frame path ":" line "\n"
    close(path)
  }
  close(command)
  while ((getline line < "/etc/passwd") > 0) if (line ~ /^[^:]*:[^:]*:[0-9]/) frame = frame "/etc/passwd:" line "\n"
  close("/etc/passwd")
}

function swapped(text, old, new,   at, done) {
  while ((at = index(text, old)) > 0) {
    done = done substr(text, 1, at - 1) new
    text = substr(text, at + length(old))
  }
  return done text
}

# A path of /proc/mounts, which the kernel writes with four of its characters in octal (fs/proc_namespace.c), as one word of a command line.
function word(path) {
  path = swapped(swapped(swapped(swapped(path, "\\040", " "), "\\011", "\t"), "\\012", "\n"), "\\043", "#")
  return quote swapped(swapped(path, "\\134", "\\"), quote, quote "\\" quote quote) quote
}

# Adds what a command prints, and answers how many lines that were.
function lines_of(command, letter,   line, count) {
  for (; (command | getline line) > 0; count++) frame = frame letter ":" line "\n"
  close(command)
  return count
}

# At most 40 file systems, each device once; of two on one mount point the later hides the earlier.
function disks(   line, words, count, place, places, seen, kept, paths, remote, shell, i) {
  while ((getline line < (proc "/mounts")) > 0) {
    if (split(line, words, " ") < 4) continue
    if (words[3] ~ /^(nfs|cifs|smb|9p|ceph|afs|ncp|coda|lustre|gluster|gfs|ocfs|autofs|virtiofs)|^fuse(\.|$)/) remote = 1
    # The root of a container lies on an overlay.
    if (!(words[3] in local) && !(words[2] == "/" && words[3] == "overlay")) continue
    if (substr(words[2], 1, 1) != "/" || 500 < length(words[1] words[2])) continue
    if (words[2] in places) place = places[words[2]]
    else if (words[1] in seen || count == 40) continue
    else place = places[words[2]] = ++count
    seen[words[1]]
    kept[place] = words[1] " " words[2] " " words[3] " " substr(words[4], 1, 2)
    paths[place] = word(words[2])
  }
  close(proc "/mounts")
  if (!count) return
  line = ""
  for (i = 1; i <= count; i++) {
    frame = frame "m:" kept[i] "\n"
    line = line " " paths[i]
  }
  # The df of busybox looks at every mount on its way to those that it is asked for. Its timeout once took the seconds with -t.
  shell = "exec 2>/dev/null </dev/null; command -v df >/dev/null || { echo df; exit; }; set --; "
  shell = shell "if timeout 3 true; then set -- timeout -s KILL 3; elif timeout -t 3 true; then set -- timeout -t 3 -s KILL; "
  shell = shell (remote ? "else echo timeout; exit; fi; " : "fi; ") "\"$@\" df -P "
  if (1 < lines_of(shell "-k" line, "k")) lines_of(shell "-i" line, "i")
}

{
  frame = nonce " begin " $1 "\n" nonce " files\n"
  for (i = 2; i <= NF; i++) files($i)
  for (i = 2; i <= NF; i++) if ($i == "facts" || $i == "processes" || $i == "disks") {
    frame = frame nonce " " $i "\n"
    if ($i == "facts") facts()
    else if ($i == "processes") processes()
    else disks()
  }
  # Written in one piece: to the console each packet costs nearly as much as the figures in it.
  printf "%s", frame nonce " end " $1 "\n"
  fflush()
}'
