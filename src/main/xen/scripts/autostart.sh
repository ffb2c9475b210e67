# Links a configuration into the folder that xendomains starts from, or takes the links away.
#
#   $1  on, or off
#   $2  the configuration
#   $3  the mark of the plan, of one that has claimed the name (claim.sh): what it made of the folder goes with the link; or nothing

what=$1 config=$2 mark=$3
folder=/etc/xen/auto
name=${config##*/}
if [ -n "$mark" ]; then of_plan "$mark" autostart; fi

if [ "$what" = on ]; then
  $sudo test -f "$config" || {
    echo "Failed to read config file: $config: No such file or directory"
    exit 1
  }
  if [ -n "$mark" ]; then
    begin
    make_folder "$folder"
  else
    $sudo mkdir -p "$folder" || exit $?
  fi
  $sudo test -e "$folder/$name" || act ln -s "$config" "$folder/$name"
  exit $?
fi

if [ -n "$mark" ]; then undo; fi
# As root: the folder may be closed to everybody else. Where nothing can be followed to its end, what the link says counts.
# shellcheck disable=SC2016
act sh -c 'whole=$(readlink -f -- "$1")
for link in "$2"/* "$2"/.[!.]*; do
  [ -L "$link" ] || continue
  [ "$(readlink -- "$link")" = "$1" ] || { [ -n "$whole" ] && [ "$(readlink -f -- "$link")" = "$whole" ]; } || continue
  rm -- "$link" || exit
done' sh "$config" "$folder" || exit $?
if [ -n "$mark" ]; then unmake_folders; fi
exit 0
