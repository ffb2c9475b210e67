# The sampler of a Xen host: what its toolstack says of the domains, for as long as the session lives. POSIX sh; needs grep, head, sed,
# find and id; writes nothing.
#
#   $1  the nonce that marks our lines: nothing that a host prints can pass for one
#   $2  where proc(5) is mounted
#   $3  what /etc and /sys are below; nothing, but in tests
#   $4  the toolstack: xl or xm
#
# Request, a line on stdin:   <seq> <section>...
# Answer, a frame on stdout:  <nonce> begin <seq>
#                             <nonce> <name>         what is told under this name
#                             <nonce> end <seq>
#
# Names that are those of a command, xen-<x>, hold what it printed and an empty line, and are followed by xen-<x>-end: its exit status
# (124 when it was ended after 20 s), then what it printed on stderr.
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

nonce=$1
proc=$2
root=${3-}
tool=${4:-xl}
newline='
'
LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin
export LC_ALL PATH
set -f

# How to run Xen's commands: as root (xl answers nobody else), and not for ever. Busybox before 1.30 wants `timeout -t 20`.
limit=
timeout 20 true </dev/null 2>/dev/null && limit='timeout 20'
as_root=$limit
[ "$(id -u)" = 0 ] || { sudo -n true </dev/null 2>/dev/null && as_root="sudo -n $limit"; }

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

# The configurations, found by the words given. Bounded one by one, and by the caller in all: a folder full of other things must not flood the
# console. A colon would end the name for the reader.
configurations() {
  "$@" find -L "$root/etc/xen" "$root/etc/xen/auto" -maxdepth 1 -type f -size -65537c \
    ! -name '*[:[:cntrl:]]*' ! -name '.*' ! -name '*~' ! -name '*.bak' ! -name '*.dpkg-*' ! -name '*.rpm*' \
    ! -name xl.conf ! -name 'xend-*' ! -name 'x[lm]example*' \
    -exec grep -s '' /dev/null {} + 2>/dev/null </dev/null
}

# The last answers: a text that has not changed since is not sent again. No answer is a dash.
domains=-
configurations=-

# shellcheck disable=SC2086
xen() {
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
  # sudo may allow Xen's commands and not this one: then what everybody may read is what there is.
  answer=$(configurations $as_root | head -c 3000000)
  [ -n "$answer" ] || [ "$as_root" = "$limit" ] || answer=$(configurations $limit | head -c 3000000)
  if [ "$answer" = "$configurations" ]; then
    frame="$frame$nonce xen-files-same$newline"
  else
    configurations=$answer
    add xen-files "$answer"
  fi
}

# shellcheck disable=SC2086
xen_load() {
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
  # Written in one piece: to the console each packet costs nearly as much as what is in it.
  frame="$nonce begin $seq$newline"
  hangs=
  failed=
  for section in $sections; do
    case $section in
      xen) xen ;;
      xen-load) xen_load ;;
      whole)
        domains=-
        configurations=-
        ;;
    esac
  done
  [ -n "$failed" ] && add xen-daemons "$(set +f && exec grep -ls '(.*xenstored)' "$proc"/[0-9]*/stat)"
  say "$frame$nonce end $seq$newline"
done
