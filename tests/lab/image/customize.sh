#!/bin/bash
# customize.sh ROOT KEYS: mmdebstrap calls it with the finished tree of dom0. Accounts, keys, and nothing that is slow under emulation.
set -euo pipefail

root=$1
keys=$2

# root may run xl; "op" may not, so that both answers can be tried.
chroot "$root" useradd -m -s /bin/bash op
for home in root home/op; do
  install -d -m 700 "$root/$home/.ssh"
  install -m 600 "$keys/login.pub" "$root/$home/.ssh/authorized_keys"
done
chroot "$root" chown -R op: /home/op

# The hosts' own keys are made outside the image: a rebuild is no "changed key". Host one's are in force; become-second-host takes the other.
for host in one two; do
  install -m 600 "$keys/host-$host" "$root/etc/ssh/lab-host-$host"
  install -m 644 "$keys/host-$host.pub" "$root/etc/ssh/lab-host-$host.pub"
done
rm -f "$root"/etc/ssh/ssh_host_*
ln -s lab-host-one "$root/etc/ssh/ssh_host_ed25519_key"
ln -s lab-host-one.pub "$root/etc/ssh/ssh_host_ed25519_key.pub"

# xl migrate speaks to the other host through root's ssh.
install -m 600 "$keys/between" "$root/root/.ssh/id_ed25519"
cat "$keys/between.pub" >>"$root/root/.ssh/authorized_keys"
{
  printf 'xenlab,10.0.2.15 '; cut -d' ' -f1,2 "$keys/host-one.pub"
  printf 'xenlab2,10.0.2.16 '; cut -d' ' -f1,2 "$keys/host-two.pub"
} >"$root/root/.ssh/known_hosts"

chroot "$root" systemctl enable -q serial-getty@hvc0.service lab-second-host.service
chroot "$root" systemctl disable -q getty@tty1.service apt-daily.timer apt-daily-upgrade.timer
chroot "$root" systemctl mask -q systemd-binfmt.service systemd-journal-flush.service systemd-logind.service \
  e2scrub_reap.service e2scrub_all.timer systemd-network-generator.service lvm2-monitor.service lvm2-lvmpolld.socket blk-availability.service
chroot "$root" sed -i 's/^#*XENDOMAINS_SAVE=.*/XENDOMAINS_SAVE=/' /etc/default/xendomains

# Only the kernel modules that a dom0 on virtio hardware can use.
for modules in "$root"/lib/modules/*; do
  ( cd "$modules/kernel" && rm -rf sound drivers/{gpu,media,staging,infiniband,iio,hid,usb,scsi,mtd,input,isdn} \
      drivers/{mmc,platform,ata,bluetooth,hwmon,i2c,leds,power,spi,thunderbolt,target,video,w1,comedi,crypto} \
      drivers/net/{wireless,ethernet,usb,can,wwan,hamradio,phy} \
      net/{bluetooth,wireless,mac80211,sctp,tipc,rds,ceph,smc} \
      fs/{btrfs,xfs,ocfs2,ceph,nfs,nfsd,smb,cifs,gfs2,f2fs,jfs,reiserfs,ubifs,afs,coda} )
  chroot "$root" depmod "$(basename "$modules")"
done

# What tests put back (tests/support/lab-tidy.ts).
install -d "$root/srv/lab"
tar -C "$root/etc" -cf "$root/srv/lab/etc-xen.tar" xen
