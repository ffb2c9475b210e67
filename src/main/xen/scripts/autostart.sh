# Links a configuration into the folder that xendomains starts from, or takes the links away.
#
#   $1  on, or off
#   $2  the configuration

what=$1 config=$2
folder=/etc/xen/auto
name=${config##*/}

if [ "$what" = on ]; then
  $sudo test -f "$config" || {
    echo "Failed to read config file: $config: No such file or directory"
    exit 1
  }
  $sudo mkdir -p "$folder" || exit $?
  $sudo test -e "$folder/$name" && exit 0
  act ln -s "$config" "$folder/$name"
  exit $?
fi

whole=$($sudo readlink -f "$config")
set +f
for link in "$folder"/* "$folder"/.[!.]*; do
  [ -L "$link" ] && [ "$($sudo readlink -f "$link")" = "$whole" ] || continue
  act rm -- "$link" || exit $?
done
exit 0
