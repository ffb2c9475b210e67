#!/bin/bash
# build.sh FOLDER KEYS: makes in FOLDER what QEMU boots as a Xen host: disk.img (Debian 12 dom0 with xl), xen, vmlinux, initrd.img.
# KEYS holds login.pub, host-one, host-two and between with their .pub. Needs root; scripts/lab/image.mjs runs it and says what else it needs.
set -euo pipefail

folder=$1
keys=$(realpath "$2")
here=$(dirname "$(realpath "$0")")
mkdir -p "$folder"
cd "$folder"

# Where this machine itself gets Debian's packages from.
sources=
for file in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
  if [[ -s $file ]]; then sources=$file; break; fi
done

packages=(
  linux-image-amd64 xen-hypervisor-4.17-amd64 xen-utils-4.17 xenstore-utils qemu-system-xen
  systemd-sysv udev kmod initramfs-tools openssh-server openssh-client rsync cron ifupdown iproute2
  bridge-utils iputils-ping procps busybox-static e2fsprogs lvm2 nano less
  dnsmasq-base dropbear-bin
)

# mke2fs fills the file system from a tree; a mount would need a loop device, which a container may not have.
rm -rf rootfs disk.img
# In the background, so that a signal reaches it: what is told to end ends its children, too.
trap 'kill $(jobs -p); exit 1' TERM INT
mmdebstrap --mode=root --variant=minbase --quiet \
  --aptopt='Acquire::Check-Valid-Until "false"' \
  --aptopt='Acquire::Languages "none"' \
  --aptopt='APT::Install-Recommends "false"' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --include="$(IFS=,; echo "${packages[*]}")" \
  --essential-hook="cp -r --no-preserve=ownership '$here/dom0/.' \"\$1\"" \
  --customize-hook="'$here/customize.sh' \"\$1\" '$keys'" \
  --customize-hook="'$here/guest.sh' \"\$1\"" \
  bookworm rootfs "$sources" &
wait $!

gunzip -c rootfs/boot/xen-4.17-amd64.gz >xen
python3 "$here/unpack-kernel.py" rootfs/boot/vmlinuz-* >vmlinux
cp rootfs/boot/initrd.img-* initrd.img
mke2fs -q -t ext4 -L dom0 -d rootfs disk.img "${DISK_SIZE:-3G}"
rm -rf rootfs
