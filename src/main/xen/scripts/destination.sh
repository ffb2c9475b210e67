# Looks, before a migration, whether a host has what a domain needs. Changes nothing.
#
#   $1  ssh, asked on the host that sends: $2 is the port, $3 user@address
#       devices, asked on the host that receives: $2… bridge=NAME or disk=PATH

what=$1
shift
if [ "$what" = ssh ]; then
  $sudo ssh -o BatchMode=yes -o ConnectTimeout=10 -p "$1" "$2" true </dev/null
  exit $?
fi
missing=0
for each in "$@"; do
  case $each in
    bridge=*) test -e "/sys/class/net/${each#bridge=}" && continue ;;
    disk=*) $sudo test -e "${each#disk=}" && continue ;;
  esac
  printf 'missing %s\n' "$each"
  missing=85
done
exit $missing
