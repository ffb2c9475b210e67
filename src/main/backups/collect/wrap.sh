# Runs $body as root where the account may become root without a password, else as it is. $1 is `account` where that was tried before and refused: sudo
# writes each refusal into a log.
as=$1
shift
if [ "$(id -u)" -ne 0 ] && [ "$as" != account ] && sudo -n sh -c : 2>/dev/null </dev/null; then
  # shellcheck disable=SC2154 # set by the one who puts this together
  exec sudo -n sh -c "$body" hum "$@"
fi
# Where root's rights are not to be asked for, a function has this name (src/main/ssh/elevated.ts), and it is no path.
HUM_SUDO=$(command -v sudo)
export HUM_SUDO
exec sh -c "$body" hum "$@"
