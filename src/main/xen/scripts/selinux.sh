# Turns a boolean of SELinux on, also for the time after a reboot, or back to what it was.
#
#   $1  set, or undo
#   $2  the mark of the plan: hex digits
#   $3  the boolean
#   $4  for set: what it means when there is no SELinux or no such boolean: note, or error

what=$1 boolean=$3 absent=$4
of_plan "$2" "boolean-$boolean"
case $boolean in '' | *[!A-Za-z0-9_-]* | -*) exit 85 ;; esac

# $now is on or off, as getsebool prints it: `NAME --> off`.
look() {
  now=
  command -v getsebool >/dev/null 2>&1 || return 1
  if command -v selinuxenabled >/dev/null 2>&1 && ! $sudo selinuxenabled; then return 1; fi
  now=$(asked getsebool "$boolean" 2>/dev/null | sed -n 's/^.* --> *\([a-z]*\).*$/\1/p')
  [ -n "$now" ]
}

if [ "$what" = undo ]; then
  undo
  if [ "$(entry "$key")" = off ] && look && [ "$now" = on ]; then act setsebool -P "$boolean" off || exit $?; fi
  strike "$key"
  exit 0
fi

begin
if ! look; then
  [ "$absent" != error ] || refuse 85 boolean "$boolean"
  echo "note: there is no boolean $boolean on this host, or SELinux is off: nothing was changed."
elif [ "$now" = on ] && [ -z "$(entry "$key")" ]; then
  echo 'It is on already.'
else
  enter "$key" off
  finish setsebool -P "$boolean" on || exit $?
  look
  [ "$now" = on ] || refuse 85 unset "$boolean"
fi
exit 0
