# Saves a domain to a file, brings one back from a file, or takes either back.
#
#   $1  xl or xm
#   $2  save, undo-save or restore
#   $3  uuid, $4 id, $5 name: as in domain.sh; for restore nothing
#   $6  the file
#   $7  for save, how many KiB it will need

tool=$1 what=$2 uuid=$3 last=$4 name=$5 file=$6 need=$7

finish() {
  release
  exit "$1"
}

# By its file: a domain to be restored may have no uuid yet, and xenstore's paths have few characters.
hold "file-$(printf %s "$file" | cksum | tr ' ' -)"
case $what in
  save)
    find_id "$uuid" "$last" "$name" || finish 81
    folder=${file%/*}
    # Only the toolstack's own folder is made: a mistyped one is better refused.
    [ "$folder" != /var/lib/xen/save ] || $sudo mkdir -p -m 700 "$folder" || finish $?
    if $sudo test -e "$file"; then finish 83; fi
    free=$($sudo df -Pk "${folder:-/}" | sed -n '2s/^.*[ 	][0-9]\{1,\}[ 	]\{1,\}[0-9]\{1,\}[ 	]\{1,\}\([0-9]\{1,\}\)[ 	]\{1,\}[0-9]\{1,\}%.*$/\1/p')
    if [ -n "$free" ] && [ "$free" -lt "$need" ]; then
      echo "$free KiB are free in ${folder:-/}, and $need KiB are needed."
      finish 84
    fi
    act "$tool" save "$id" "$file"
    status=$?
    # What was not written whole is of no use; the domain is still there then.
    if [ "$status" -ne 0 ] && find_id "$uuid" "$last" "$name"; then $sudo rm -f -- "$file"; fi
    finish $status
    ;;
  undo-save)
    if find_id "$uuid" "$last" "$name"; then
      echo 'It was not saved: it is there still.'
      finish 0
    fi
    if ! $sudo test -e "$file"; then
      echo 'There is no file to bring it back from.'
      finish 81
    fi
    # Kept no longer once the domain runs on: its disks move away from it.
    act "$tool" restore "$file" && $sudo rm -f -- "$file"
    finish $?
    ;;
  restore)
    $sudo test -e "$file" || {
      echo "Can't open restore file: No such file or directory"
      finish 1
    }
    act "$tool" restore "$file" && $sudo mv -f -- "$file" "$file.restored"
    finish $?
    ;;
esac
