# Ends the session $2 of $1 (tmux or screen). One that is not there has ended already.
PATH=$PATH:/usr/local/bin
case $1 in
  tmux) said=$(LC_ALL=C tmux kill-session -t "=$2" 2>&1) ;;
  *) said=$(LC_ALL=C screen -S "$2" -X quit 2>&1) ;;
esac && exit 0
case $said in
  *"can't find session"* | *"no server running"* | *"error connecting"* | *"No screen session found"*) exit 0 ;;
esac
printf '%s\n' "$said" >&2
exit 1
