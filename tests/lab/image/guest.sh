#!/bin/bash
# guest.sh ROOT: puts into dom0's /srv/xen a Linux guest in one initramfs (static busybox and Xen's front-end drivers), its kernel, two disks, and into
# /srv/lab a third one with an SSH server.
set -euo pipefail

root=$1
here=$(dirname "$(realpath "$0")")
guest=$(mktemp -d)
trap 'rm -rf "$guest"' EXIT
images=$root/srv/xen
version=$(basename "$root"/lib/modules/*)

mkdir -p "$guest"/{bin,sbin,etc,proc,sys,dev,tmp,root,lib,mnt} "$images"
install -m 644 "$here/guest/etc/inittab" "$guest/etc/inittab"
install -m 755 "$here/guest/etc/rc" "$here/guest/etc/dhcp" "$guest/etc/"
cp "$root/bin/busybox" "$guest/bin/"
# --list names busybox itself: a link over itself makes a guest that dies at once, with no message.
for applet in $("$guest/bin/busybox" --list | grep -vx busybox); do
  ln -s busybox "$guest/bin/$applet"
done
# The kernel calls these two by path when the toolstack asks for a shutdown or a reboot.
ln -s ../bin/busybox "$guest/sbin/poweroff"
ln -s ../bin/busybox "$guest/sbin/reboot"
ln -s bin/busybox "$guest/init"
ln -s ../bin/busybox "$guest/sbin/init"
# Modules in Debian's kernel: without them the guest has no network and no disk.
( cd "$root/lib/modules/$version/kernel" && cp drivers/{net/xen-netfront,block/xen-blkfront}.ko \
    crypto/crc32c_generic.ko lib/crc16.ko fs/{mbcache,jbd2/jbd2,ext4/ext4}.ko "$guest/lib/" )
( cd "$guest" && find . | cpio -o -H newc --quiet | gzip -9 ) >"$images/guest.initrd"

python3 "$here/unpack-kernel.py" "$root/boot/vmlinuz-$version" >"$images/guest.vmlinux"
for disk in data1 data2; do
  truncate -s 64M "$images/$disk.img"
  mke2fs -q -t ext4 -L $disk "$images/$disk.img"
done

# A disk from which a guest runs an SSH server: the others are none the larger.
server=$(mktemp -d)
trap 'rm -rf "$guest" "$server"' EXIT
mkdir -p "$server"/{dev,proc,etc/dropbear}
install -m 755 "$here/ssh-disk/rc" "$server/rc"
programs=(/usr/sbin/dropbear /usr/bin/dropbearkey)
for file in "${programs[@]}" $(chroot "$root" ldd "${programs[@]}" | grep -o '/lib[^ ]*' | sort -u); do
  install -D "$root$(chroot "$root" readlink -f "$file")" "$server$file"
done
truncate -s 16M "$root/srv/lab/ssh.img"
mke2fs -q -t ext4 -L ssh -d "$server" "$root/srv/lab/ssh.img"
