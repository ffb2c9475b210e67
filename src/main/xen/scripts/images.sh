# Does one thing with the golden images of a host, as root in whole (as-root.sh), after watchdog.sh and chain.sh. POSIX sh; needs find, stat, od,
# dd, df, tail and sha256sum.
#
#   $1  what is to be done
#   $2  the folder of the images, absolute
#   $3  the name of an image: letters, digits and . _ + -, and no dot first. What arrives lies in .NAME.part until it is whole, and .NAME.of
#       tells of which image it is
#
#   list                tells what is in the folder. Answers records that end with NUL: "free KIB", "folder PATH" as it really is, what tell_place
#                       says of it, "images", then a record for each file: "SIZE BLOCKS BLOCKSIZE MTIME", the first bytes in hex on lines of
#                       their own, and the path; "sums", then what stands in each note, on a line, and its path; "end"
#   disks               stdin: a line each, the disks of domains. Answers such records: "disk PATH" for each, and what tell_chain says of it, then
#                       "trash PATH" for each thing in the trash, and what that says; "end". It needs no folder
#   look                "SIZE BLOCKS BLOCKSIZE MTIME" of the image
#   begin BYTES KIB OF [account]
#                       makes room for an image of so many bytes, of which KIB are to be written. Answers "at N": so much of it is there. What has
#                       arrived of another image than OF, a word, is dropped. "account": until it is placed, the account that became root here may
#                       write to it, which is how it comes by SFTP
#   arrived             "at N"
#   receive AT          takes from stdin what comes from this byte on, and answers "at N"
#   send AT             tells the image, from this byte on
#   checksum image|part answers "noted SHA256" where there is a note, "size N", "at N" now and then, and "sum SHA256"
#   note SHA256         writes the note beside the image, where there is none
#   place BYTES SHA256 OF
#                       makes the image of what has arrived of OF, never over another one, and the note
#   sign MARK, unsign MARK  leaves a mark in the folder, by which another host can tell that it has reached this one; takes it away
#   way PORT WHO MARK FOLDER
#                       tries whether WHO (user@address) can be reached by ssh from here, is the host with the mark in this folder, and has rsync
#   direct PORT WHO FOLDER  sends the image into this folder there by rsync
#   remove              the image and its note
#   drop                what has arrived of it
#
# Exit statuses of ours: 81 the image is gone, 83 it is there already, 84 no room, 85 what has arrived is not what was expected, 86 the host
# lacks a program, 87 it cannot be read; 88 of as-root.sh.

umask 022
for program in find stat od dd df tail sha256sum; do
  command -v "$program" >/dev/null || { echo "This host has no $program." >&2; exit 86; }
done

what=$1 folder=$2 name=$3
[ $# -lt 3 ] || shift 3
image=$folder/$name
part=$folder/.$name.part
of=$folder/.$name.of
note=$image.sha256

size_of() {
  stat -L -c %s "$1" 2>/dev/null
}

is_there() {
  [ -e "$1" ] || [ -L "$1" ]
}

free_kib() {
  at=$folder
  until [ -z "$at" ] || [ -d "$at" ]; do at=${at%/*}; done
  df -Pk "${at:-/}" | sed -n '2s/^.*[ 	][0-9]\{1,\}[ 	]\{1,\}[0-9]\{1,\}[ 	]\{1,\}\([0-9]\{1,\}\)[ 	]\{1,\}[0-9]\{1,\}%.*$/\1/p'
}

# Of a folder on a network or cluster file system "on INODE FSID", and on lines of their own the mounts of that: "ROOT AT KIND SOURCE", as they are
# written in /proc/self/mountinfo (proc(5)). "/.", as a stat of its own name mounts nothing that is mounted on demand.
tell_place() {
  it=$(stat -c '%d %i' "$1/.") || return
  # As st_dev has the two numbers of a device (makedev(3)).
  device=${it% *}
  device=$((device / 256 % 4096)):$((device / 1048576 * 256 + device % 256))
  mounts=
  while read -r _ _ number root at rest; do
    rest=${rest#* - }
    kind=${rest%% *} rest=${rest#* }
    [ "$number" = "$device" ] || continue
    case $kind in
      nfs | nfs4 | cifs | smb3 | ceph | glusterfs | fuse.glusterfs | ocfs2 | gfs2)
        mounts="$mounts
$root $at $kind ${rest%% *}"
        ;;
    esac
  done 2>/dev/null </proc/self/mountinfo
  [ -z "$mounts" ] || printf 'on %s %s%s\0' "${it#* }" "$(stat -f -c %i "$1/." 2>/dev/null)" "$mounts"
}

# $1 as one word of a command line on another host.
quoted() {
  printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"
}

# Writes stdin into the part from byte $1 on, which is its end. Zeros become holes where dd can do that (coreutils).
write_at() {
  if dd conv=notrunc,sparse iflag=fullblock oflag=seek_bytes status=none of=/dev/null </dev/null 2>/dev/null; then
    dd of="$part" bs=65536 seek="$1" conv=notrunc,sparse iflag=fullblock oflag=seek_bytes status=none
  else
    cat >>"$part"
  fi
}

# link(1) does nothing but link(2); ln would put the file into a folder of that name.
linked() {
  if command -v link >/dev/null 2>&1; then link "$1" "$2" 2>/dev/null; else ln "$1" "$2" 2>/dev/null; fi
}

write_note() {
  printf '%s  %s\n' "$1" "$name" >"$folder/.$name.sha256" && mv -f "$folder/.$name.sha256" "$note"
}

# For ssh, here and below rsync: nobody is asked, no unknown key is taken, and nothing of this login is lent.
ssh_options='-o BatchMode=yes -o StrictHostKeyChecking=yes -o IdentityAgent=none -o ForwardAgent=no -o ClearAllForwardings=yes -o ConnectTimeout=10 -o ServerAliveInterval=15 -o ServerAliveCountMax=3'

case $what in
  list)
    # Of a server that is gone nothing here comes back.
    watched 45
    printf 'free %s\0' "$(free_kib)"
    if [ -d "$folder" ]; then
      printf 'folder %s\0' "$(readlink -f "$folder")"
      tell_place "$folder"
      printf 'images\0'
      find -L "$folder/" -maxdepth 1 -type f ! -name '.*' ! -name '*.sha256' \
        -exec sh -c 'facts=$(stat -L -c "%s %b %B %Y" "$1") || exit 1
          printf "%s\n%s\n%s\0" "$facts" "$(od -An -v -tx1 -N4 "$1" 2>/dev/null)" "$1"' sh {} \;
      printf 'sums\0'
      find -L "$folder/" -maxdepth 1 -type f ! -name '.*' -name '*.sha256' -size -2 \
        -exec sh -c 'printf "%s\n%s\0" "$(sed -n "$2" "$1")" "$1"' sh {} "$sum_in" \;
    fi
    printf 'end\0'
    unwatched
    ;;
  disks)
    watched 45
    while IFS= read -r path; do
      case $path in /*) printf 'disk %s\0' "$path" && tell_chain "$path" ;; esac
    done
    # As removal.sh leaves it: what lies beside where it was has that for a name, of what lies in the trash itself nobody knows it. The place of
    # a volume is no path.
    for place in /var/lib/hum/trash/*/place; do
      [ -f "$place" ] && lies=$(cat "$place" && printf x) || continue
      item=${lies%x}/item
      case $item in
        /*/.hum-trash/*) was=${item%/.hum-trash/*} ;;
        /*) was= ;;
        *) continue ;;
      esac
      if is_there "$item"; then printf 'trash %s\0' "$item" && tell_chain "$item" "$was"; fi
    done
    printf 'end\0'
    unwatched
    ;;
  look)
    [ -f "$image" ] || exit 81
    stat -L -c '%s %b %B %Y' "$image"
    ;;
  begin)
    mkdir -p "$folder" || exit $?
    if is_there "$image"; then exit 83; fi
    # What somebody else has laid there is not written through.
    if is_there "$part" && { [ -L "$part" ] || [ ! -f "$part" ] || [ "$(stat -c %h "$part")" != 1 ]; }; then
      rm -f "$part" || exit $?
    fi
    at=$(size_of "$part")
    # More than the whole is of another image, whatever it was said to be.
    if [ "$(cat "$of" 2>/dev/null)" != "$3" ] || [ "${at:-0}" -gt "$1" ]; then
      rm -f "$part" || exit $?
      at=0
    fi
    needed=$2 free=$(free_kib)
    if [ -f "$part" ]; then needed=$((needed - $(stat -c '%b * %B / 1024' "$part"))); fi
    if [ -n "$free" ] && [ "$free" -lt "$needed" ]; then
      echo "$free KiB are free in $folder, and $needed KiB are needed." >&2
      exit 84
    fi
    printf '%s\n' "$3" >"$of" && : >>"$part" || exit 1
    # sudo and doas say who called them.
    caller=${SUDO_UID:-${DOAS_USER:-}}
    if [ "${4:-}" = account ] && [ -n "$caller" ]; then chown -h "$caller" "$part" || exit $?; fi
    echo "at ${at:-0}"
    ;;
  arrived)
    at=$(size_of "$part") || exit 81
    echo "at $at"
    ;;
  receive)
    [ "$(size_of "$part")" = "$1" ] || exit 85
    write_at "$1" || exit 1
    echo "at $(size_of "$part")"
    ;;
  send)
    [ -f "$image" ] || exit 81
    exec tail -c "+$(($1 + 1))" "$image"
    ;;
  checksum)
    file=$image
    [ "$1" = image ] || file=$part
    size=$(size_of "$file") || exit 81
    # One that has no sum is told too: nothing can be compared with it, and nothing is noted over it.
    if [ "$1" = image ] && is_there "$note"; then echo "noted $(sed -n "$sum_in" "$note" 2>/dev/null)"; fi
    echo "size $size"
    exec 3>&1
    # A pipe has the exit status of its last command alone: that everything was read is told by a line of its own.
    sum=$(
      exec 4>&1
      {
        at=0
        while [ "$at" -lt "$size" ]; do
          # A failed read must not pass for the end: what is hashed would be another image.
          dd if="$file" bs=1048576 skip=$((at / 1048576)) count=32 2>/dev/null </dev/null || exit 1
          at=$((at + 33554432))
          [ "$at" -lt "$size" ] || at=$size
          echo "at $at" >&3 || exit 1
        done
        echo whole >&4
      } | nice sha256sum
    ) || exit 87
    # "whole", and then the sum, which comes when the input has ended.
    case $sum in whole*) ;; *) exit 87 ;; esac
    echo "sum $(printf '%s\n' "$sum" | sed -n '2s/ .*$//p')"
    ;;
  note)
    is_there "$note" || write_note "$1"
    ;;
  place)
    # Open, so that no other file gets its number.
    [ -f "$part" ] || exit 85
    exec 5<"$part"
    it=$(stat -c %d:%i "$part") || exit 85
    [ "$(cat "$of" 2>/dev/null)" = "$3" ] && [ "$(size_of "$part")" = "$1" ] || exit 85
    if [ "$(stat -c %u "$part")" != 0 ]; then chown -h 0:0 "$part" || exit $?; fi
    # The name may be on disk before the content. Old versions of sync know no names, and write everything.
    sync "$part" 2>/dev/null || sync
    # A link fails where an image has appeared meanwhile; a rename would replace it. Where there are no links, the moment between is short.
    if ! linked "$part" "$image"; then
      if is_there "$image"; then exit 83; fi
      mv "$part" "$image" || exit $?
    fi
    # Somebody may have begun another one while the disk was written: what has the name is theirs then, and not whole.
    if [ "$(stat -c %d:%i "$image")" != "$it" ]; then
      if is_there "$part"; then rm -f "$image"; else mv "$image" "$part"; fi
      exit 85
    fi
    rm -f "$part" "$of"
    write_note "$2"
    ;;
  sign)
    : >"$folder/.$name.way-$1"
    ;;
  unsign)
    rm -f "$folder/.$name.way-$1"
    ;;
  way)
    command -v rsync >/dev/null && command -v ssh >/dev/null || exit 86
    # shellcheck disable=SC2086 # words are what is wanted
    ssh $ssh_options -p "$1" "$(printf '%s' "$2" | tr -d '[]')" "test -w $(quoted "$4/.$name.way-$3") && rsync --version" </dev/null
    ;;
  direct)
    # What the other side has already is compared, not believed: an earlier copy may have been cut. With -s no shell there reads the path.
    rsync -s --copy-links --inplace --partial --sparse --ignore-times -e "ssh $ssh_options -p $1" "$image" "$2:$3/.$name.part" </dev/null >/dev/null &
    copy=$!
    # rsync hears of nobody who goes away: what it is run for can no longer be told anything then.
    (
      trap '' PIPE
      while sleep 2 >/dev/null; do echo going || { kill "$copy"; exit; }; done
    ) 2>/dev/null &
    watch=$!
    wait "$copy"
    status=$?
    kill "$watch" 2>/dev/null
    exit "$status"
    ;;
  remove)
    is_there "$image" || exit 81
    rm -f "$image" "$note"
    ;;
  drop)
    # Somebody else may have begun another of this name.
    [ "$(cat "$of" 2>/dev/null)" != "$1" ] || rm -f "$part" "$of"
    ;;
  *)
    exit 85
    ;;
esac
