# A shell in the session $3 of $2 (tmux or screen), which goes on when the connection is cut: the one that is there, or a new one in directory $1.
PATH=$PATH:/usr/local/bin
if command -v "$2" >/dev/null; then
  [ -z "$1" ] || cd "$1" 2>/dev/null
  # Whoever still seems to be attached is the connection that was cut: the host has not noticed yet.
  case $2 in
    tmux) exec tmux -u new-session -A -D -s "$3" ;;
    *) exec screen -U -D -R -S "$3" ;;
  esac
fi
printf 'Hum: this host has no %s: this shell ends with its connection.\n' "$2"
