# Removes what lies in the trash beyond its day by its own record and the host's clock, and nothing else. What is not as removal.sh left it stays.
# Tells each that went, then `left COUNT`.

command -v stat >/dev/null || exit 84
now=$(date +%s)
left=0

# Removes what the entry in the current folder is about. Fails where anything is not as it was left.
clear_out() {
  [ -f record ] && [ ! -L record ] && [ -f place ] && [ ! -L place ] || return 1
  [ "$(sed -n '1p;$p' record | tr '\n' ' ')" = 'hum-trash 1 end ' ] || return 1
  due=$(sed -n 's/^due \([0-9]\{1,18\}\)$/\1/p' record)
  kind=$(sed -n 's/^kind \([a-z]*\)$/\1/p' record)
  id=$(sed -n 's/^id \([A-Za-z0-9:-]*\)$/\1/p' record)
  [ -n "$due" ] && [ -n "$id" ] && [ "$due" -le "$now" ] || return 1
  place=$(cat place && printf x) || return 1
  place=${place%x}
  case $kind in
    volume) clear_volume ;;
    file) clear_file ;;
    *) return 1 ;;
  esac
}

clear_volume() {
  command -v lvs >/dev/null || return 1
  case $place in *[!A-Za-z0-9+_.-]* | -* | '') return 1 ;; esac
  # Fails where the group is away or locked: nothing is known of the volume then.
  listed=$(lvs --noheadings --separator '|' -o lv_uuid,lv_name,lv_attr,lv_tags "$place") || return 1
  found=$(printf '%s\n' "$listed" | tr -d ' ' |
    while IFS='|' read -r uuid lv attributes tags; do
      [ "$uuid" != "$id" ] || printf '%s %s %s\n' "$lv" "$attributes" ",$tags,"
    done) || return 1
  # Somebody has it back, or removed it: the record alone goes.
  case $found in
    '' | [!h]*) return 0 ;;
    "hum-trash-$name "[!oO]????[!o]*",hum-trash-$due,"*) lvremove -f "$place/hum-trash-$name" ;;
    "hum-trash-$name "*) return 1 ;;
  esac
}

# In a folder that is root's alone nothing changes under our hands; it is entered, and named no more.
clear_file() {
  if [ "$place" = "$trash/$name" ]; then
    clear_item
    return
  fi
  case $place in
    /*"/.hum-trash/$name" | "/.hum-trash/$name") ;;
    *) return 1 ;;
  esac
  # A disk that is not mounted now is not gone.
  [ -e "$place" ] || return 1
  ours "${place%/*}" && ours "$place" || return 1
  (
    cd "$place" && ours . && [ "$(pwd -P && printf x)" = "$place
x" ] && clear_item && rm -f README && cd .. && rmdir "$name"
  ) || return 1
  rmdir "${place%/*}" 2>/dev/null
  return 0
}

clear_item() {
  there=$(id_of item)
  [ -n "$there" ] || return 0
  [ "${there#*:}" = "${id#*:}" ] && [ ! -d item ] || return 1
  [ -L item ] || ! in_use item || return 1
  rm -f item
}

if ours /var/lib/hum && ours "$trash" && cd "$trash"; then
  for name in *; do
    case $name in *[!0-9a-z-]*) continue ;; esac
    [ -d "$name" ] && ours "$name" || continue
    if (
      cd "$name" && ours . && clear_out && rm -f README record place && cd .. && rmdir "$name"
    ); then
      echo "removed $name"
    else
      left=$((left + 1))
    fi
  done
fi
echo "left $left"
