# Tells how a VM comes up that this plan has started, or what it prints; or ends the reading of its console.
#
#   $1  look, follow or end
#   $2  the mark of the plan: hex digits
#   look:   $3 xl, $4 the name,
#           $5 what is asked of it: running, ping, ssh or cloud-init, $6 its address, or nothing, $7 the MAC of its card, or nothing
#   follow: $3 after how many bytes of its console to go on, $4 for how many seconds, or nothing: with what there is
#
# A look prints lines `KEY VALUE`:
#   domain ID FLAGS   as xl(1), list, has them; `domain gone` when there is none
#   again yes         when the console that build.sh opened has ended: the guest has been started anew since
#   address ADDRESS   the one that was given, else one that was found: one that answers, where there are several
#   answers yes|no    whether it answers as asked; for ssh and ping only

what=$1
of_plan "$2"
if [ "$what" = end ]; then
  $sudo test -d "$ledger" || exit 0
  stop worker-follow
  end_reader
  exit 0
fi
$sudo test -d "$ledger" || refuse 85 ledger
if [ "$what" = follow ]; then
  # The console has an end: reader.sh writes no more than a megabyte. One who looks on for ever is ended by `end`, or by the time.
  from=+$(($3 + 1))
  if [ -n "$4" ] && [ -n "$limit" ]; then
    process $$
    jot worker-follow "$$ $began"
    exec $sudo $limit "$4" tail -c "$from" -f "$ledger/console" 2>/dev/null
  fi
  exec $sudo tail -c "$from" "$ledger/console" 2>/dev/null
fi

tool=$3 name=$4 ready=$5 address=$6 mac=$7
see
read -r uuid _ <<END
$(entry domain)
END

# state ID: sets $id and $flags from the line of xl(1), list. The name is first in it, and may have several words.
state() {
  id='' memory='' cpus='' flags='' seconds=''
  for word in $(asked "$tool" list "$1" 2>/dev/null); do
    id=$memory memory=$cpus cpus=$flags flags=$seconds seconds=$word
  done
  case $flags in *[!a-z-]*) flags= ;; esac
}

# By its name, which another may have, and which somebody may have changed: the uuid tells.
flags=
case $name in [A-Za-z]*) state "$name" ;; esac
if [ -n "$flags" ]; then
  case $(asked xenstore-read "/local/domain/$id/vm" 2>/dev/null) in
    "/vm/$uuid" | "/vm/$uuid-"*) ;;
    *) flags= ;;
  esac
fi
if [ -z "$flags" ] && find_id "$uuid" '' ''; then state "$id"; fi
if [ -z "$flags" ]; then
  echo 'domain gone'
else
  printf 'domain %s %s\n' "$id" "$flags"
  case $(entry console-of) in
    "$id") ;;
    # As build.sh calls it. The reader has ended with the domain, if this one is the next.
    "$name")
      if alive worker-console; then jot console-of "$id"; else
        echo 'again yes'
        attach "$id"
      fi
      ;;
    *) attach "$id" ;;
  esac
fi

# From what the guest says of itself, from who answered on a bridge, from who was given an address here. What was there before, and had the
# same MAC, may have left an address, too.
find_addresses() {
  for vif in 0 1 2 3; do
    ask xenstore-read "/local/domain/$id/attr/vif/$vif/ipv4/0" 2>/dev/null && return
  done
  [ -n "$mac" ] || return
  $sudo ip -4 neigh show 2>/dev/null | grep -i " lladdr $mac" | grep -v FAILED | cut -d' ' -f1
  for leases in /var/lib/misc/dnsmasq.leases /var/lib/dnsmasq/dnsmasq.leases; do
    $sudo grep -i " $mac " "$leases" 2>/dev/null | cut -d' ' -f3
  done
}

# What a DHCP server elsewhere has given, nobody here knows: a datagram for each address around the host's own on the guest's bridges (port 9,
# discard) makes the kernel ask who has it, and the next look finds the answer. Only bash can send one; Xen's own scripts need it, too.
ask_around() {
  now=$(date +%s)
  asked=$(entry asked)
  [ "$((now - ${asked:-0}))" -ge 15 ] || return
  enter asked "$now"
  for vif in 0 1 2 3; do
    bridge=$(readlink "/sys/class/net/vif$id.$vif/brport/bridge") || continue
    for own in $($sudo ip -4 -o addr show dev "${bridge##*/}" 2>/dev/null | sed -n 's/.* inet \([0-9.]*\/[0-9]*\) .*/\1/p'); do
      prefix=${own#*/} own=${own%/*} size=256
      while [ "$prefix" -gt 24 ]; do
        size=$((size / 2))
        prefix=$((prefix - 1))
      done
      first=$((${own##*.} / size * size))
      # shellcheck disable=SC2016
      ${limit:+$limit 30} bash -c 'for ((n = $2; n < $3; n++)); do echo >"/dev/udp/$1.$n/9"; done' bash \
        "${own%.*}" $((first + 1)) $((first + size - 1)) >/dev/null 2>&1 </dev/null
    done
  done
}
# Whether somebody at an address does what is asked of the guest, or answers a ping.
answers_at() {
  case $ready in
    ssh)
      # A port may be open long before the server speaks.
      if command -v ssh-keyscan >/dev/null 2>&1; then
        [ -n "$(${limit:+$limit 10} ssh-keyscan -T 3 "$1" 2>/dev/null </dev/null)" ]
      elif command -v nc >/dev/null 2>&1; then
        case $(sleep 2 | ${limit:+$limit 10} nc -w 3 "$1" 22 2>/dev/null | head -c 4) in SSH-) ;; *) return 1 ;; esac
      else
        refuse 85 program 'ssh-keyscan'
      fi
      ;;
    *) $sudo ping -c 1 -W 1 "$1" >/dev/null 2>&1 ;;
  esac
}

set --
[ -z "$address" ] || set -- "$address"
if [ $# -eq 0 ] && [ -n "$flags" ]; then
  for each in $(find_addresses | sed -n '/^[0-9][0-9.]*$/p'); do
    case " $* " in *" $each "*) ;; *) [ $# -eq 8 ] || set -- "$@" "$each" ;; esac
  done
  if [ $# -eq 0 ] && [ -n "$mac" ] && [ "$ready" != running ]; then ask_around; fi
fi
address=${1-}
answers=no
if [ -n "$flags" ]; then
  case $#:$ready in
    # Whatever its address, nobody is asked.
    1:running | 1:cloud-init) ;;
    *)
      for each; do
        if answers_at "$each"; then
          address=$each answers=yes
          break
        fi
      done
      ;;
  esac
fi
[ -z "$address" ] || printf 'address %s\n' "$address"
printf 'answers %s\n' "$answers"
exit 0
