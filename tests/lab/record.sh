#!/bin/bash
# Runs on dom0 of a host that has just come up (npm run lab -- record): records what the commands print. stdout -> NAME.out, stderr -> NAME.err (when any),
# and one line "set/NAME <tab> exit code <tab> milliseconds <tab> command" in index.tsv.
export LC_ALL=C.UTF-8
OUT=$HOME/fixtures; rm -rf $OUT; mkdir -p $OUT; cd /etc/xen
set_dir() { SET=$1; mkdir -p "$OUT/$SET"; }
rec() {
  local name=$1 cmd=$2 rc from
  from=$(date +%s%N)
  bash -c "$cmd" </dev/null >"$OUT/$SET/$name.out" 2>"$OUT/$SET/$name.err"; rc=$?
  [[ -s $OUT/$SET/$name.err ]] || rm "$OUT/$SET/$name.err"
  printf '%s\t%s\t%s\t%s\n' "$SET/$name" "$rc" $(( ($(date +%s%N) - from) / 1000000 )) "$cmd" >>$OUT/index.tsv
}
state() {
  rec xl-info 'xl info'
  rec xl-info-n 'xl info -n'
  rec xl-list 'xl list'
  rec xl-list-l 'xl list -l'
  rec xl-list-v 'xl list -v'
  rec xl-list-n 'xl list -n'
  rec xl-vcpu-list 'xl vcpu-list'
  rec xl-uptime 'xl uptime'
  rec xl-uptime-s 'xl uptime -s'
  rec xl-domid-guest2 'xl domid guest2'
  rec xl-network-list 'xl network-list guest2'
  rec xl-block-list 'xl block-list guest2'
  rec xl-sched-credit2 'xl sched-credit2'
  rec xl-sched-credit2-guest2 'xl sched-credit2 -d guest2'
  rec xl-cpupool-list 'xl cpupool-list'
  rec xl-cpupool-list-c 'xl cpupool-list -c'
  rec xl-dmesg 'xl dmesg'
  rec xentop-i1 'xentop -b -i 1'
  rec xentop-i2-d1 'xentop -b -i 2 -d 1'
  rec xentop-f-i1 'xentop -b -f -i 1'
  rec xentop-full 'xentop -b -f -n -x -v -i 2 -d 1'
  rec xenstore-ls-f 'xenstore-ls -f'
  rec xenstore-ls-head 'xenstore-ls -f | head'
  rec xenstore-ls-domain 'xenstore-ls -f /local/domain'
  rec proc-meminfo 'cat /proc/meminfo'
  rec proc-stat 'cat /proc/stat'
  rec proc-net-dev 'cat /proc/net/dev'
  rec proc-pressure-memory 'cat /proc/pressure/memory'
  rec proc-pressure-cpu 'cat /proc/pressure/cpu'
  rec proc-pressure-io 'cat /proc/pressure/io'
  rec proc-loadavg 'cat /proc/loadavg'
  rec proc-uptime 'cat /proc/uptime'
  rec proc-vmstat 'cat /proc/vmstat'
  rec proc-diskstats 'cat /proc/diskstats'
  rec proc-xen-capabilities 'cat /proc/xen/capabilities'
  rec sys-hypervisor 'grep -rs . /sys/hypervisor'
  rec free-b 'free -b'
  rec df-B1 'df -B1 --output=source,fstype,size,used,avail,target'
  rec lsblk-json 'lsblk -J -b -o NAME,TYPE,SIZE,FSTYPE,MOUNTPOINT'
  rec losetup 'losetup -a'
  rec ip-json-addr 'ip -j addr'
  rec bridge-link 'bridge -j link'
  rec brctl-show 'brctl show'
  rec var-log-xen 'ls -la /var/log/xen'
}

set_dir host
rec uname 'uname -a'
rec os-release 'cat /etc/os-release'
rec xl-help 'xl help'
rec xl-help-create 'xl help create'
rec rsync-version 'rsync --version'
rec ls-cron-d 'ls /etc/cron.d'
rec ls-la-cron-d 'ls -la /etc/cron.d'
rec crontab 'cat /etc/crontab'
rec crontab-l 'crontab -l'
rec ls-etc-xen 'ls -la /etc/xen /etc/xen/auto /etc/xen/scripts'
rec etc-xl.conf 'cat /etc/xen/xl.conf'
rec etc-guest2.cfg 'cat /etc/xen/guest2.cfg'
rec etc-default-xendomains 'cat /etc/default/xendomains'
rec systemctl-xen 'systemctl status xen.service xendomains.service --no-pager'
rec systemctl-list 'systemctl list-units --type=service --no-pager --plain --no-legend'
rec ps 'ps -eo pid,user,rss,args'

set_dir rsync
mkdir -p /tmp/rs; rm -rf /tmp/rs/*; mkdir -p /tmp/rs/src/sub
for n in 1 2 3 4 5; do dd if=/dev/urandom of=/tmp/rs/src/f$n bs=1M count=8 status=none; done
for n in $(seq 40); do echo "file $n" >/tmp/rs/src/sub/small$n; done; ln -s f1 /tmp/rs/src/link
rec first-run 'rsync -a --info=progress2,stats2 --outbuf=L /tmp/rs/src/ /tmp/rs/dst/'
rec nothing-new 'rsync -a --info=progress2,stats2 --outbuf=L /tmp/rs/src/ /tmp/rs/dst/'
echo changed >/tmp/rs/src/sub/small7; rm /tmp/rs/src/f5
rec delete-itemize 'rsync -a --delete -i --info=progress2,stats2,del1 --outbuf=L /tmp/rs/src/ /tmp/rs/dst/'
rec slow 'dd if=/dev/urandom of=/tmp/rs/src/f6 bs=1M count=16 status=none; rsync -a --bwlimit=4096 --info=progress2,stats2 --outbuf=L /tmp/rs/src/ /tmp/rs/dst/'
rec dry-run 'touch /tmp/rs/src/f1; rsync -an --info=progress2,stats2 --outbuf=L /tmp/rs/src/ /tmp/rs/dst/'
rec missing-source 'rsync -a --info=progress2,stats2 --outbuf=L /tmp/rs/nowhere/ /tmp/rs/dst/'
rec no-space 'mkdir -p /tmp/small && mount -t tmpfs -o size=2m small /tmp/small && rsync -a --info=progress2,stats2 --outbuf=L /tmp/rs/src/ /tmp/small/; rc=$?; umount /tmp/small; exit $rc'
rec not-permitted 'runuser -u op -- rsync -a --info=progress2,stats2 --outbuf=L /tmp/rs/src/ /root/dst/'
rec remote-unreachable 'rsync -a --timeout=5 -e "ssh -o ConnectTimeout=3 -o BatchMode=yes" /tmp/rs/src/ root@127.0.0.2:/tmp/rs/dst2/'
rm -rf /tmp/rs

set_dir guests-0; state

set_dir create
rec create-guest2 'xl create guest2.cfg'; sleep 8
set_dir guests-1; state

set_dir create
rec create-guest1-quiet 'xl create -q guest1.cfg'
rec create-guest3-verbose 'xl -vvv create guest3.cfg'; sleep 10
set_dir guests-3; state

set_dir lifecycle
rec pause 'xl pause guest1'; rec list-paused 'xl list'; rec xentop-paused 'xentop -b -i 1'; rec list-l-paused 'xl list -l guest1'
rec unpause 'xl unpause guest1'
rec mem-set 'xl mem-set guest1 100'; sleep 3; rec list-after-mem-set 'xl list'
rec mem-set-over-maxmem 'xl mem-set guest1 400'
rec mem-max 'xl mem-max guest1 256'
rec vcpu-set-over 'xl vcpu-set guest1 4'
rec vcpu-pin 'xl vcpu-pin guest1 0 1'; rec vcpu-list-pinned 'xl vcpu-list guest1'
rec rename 'xl rename guest1 other'; rec rename-back 'xl rename other guest1'
rec sched-credit2-set 'xl sched-credit2 -d guest1 -w 512'; rec sched-credit2-after 'xl sched-credit2'
rec network-attach 'xl network-attach guest1 mac=00:16:3e:00:00:11 bridge=xenbr0'; sleep 2; rec network-list-two 'xl network-list guest1'
rec network-detach 'xl network-detach guest1 1'
rec block-attach 'truncate -s 8M /srv/xen/extra.img; xl block-attach guest1 format=raw,vdev=xvdb,access=rw,target=/srv/xen/extra.img'; sleep 2
rec block-list-attached 'xl block-list guest1'
rec block-detach 'xl block-detach guest1 xvdb'
rec sysrq 'xl sysrq guest1 h'
rec save 'xl save guest1 /srv/xen/guest1.save'; rec list-after-save 'xl list'
rec restore 'xl restore /srv/xen/guest1.save'; sleep 2; rec list-after-restore 'xl list'
rec save-checkpoint 'xl save -c guest1 /srv/xen/guest1.save'; sleep 2
rec log-after-save-checkpoint 'cat /var/log/xen/xl-guest1.log; pgrep -af "xl "'
rec shutdown-after-checkpoint 'xl shutdown -w guest1'; sleep 5; rec list-after-that 'xl list'; rec list-l-after-that 'xl list -l'; rec xentop-after-that 'xentop -b -i 1'
rec destroy-leftover 'xl destroy guest1'; rm -f /srv/xen/guest1.save
rec reboot-wait 'xl reboot -w guest2'; sleep 2; rec list-rebooting 'xl list'; sleep 12; rec list-rebooted 'xl list'
rec shutdown 'xl shutdown guest2'; rec list-shutting 'xl list'; sleep 8; rec list-shut 'xl list'
rec destroy 'xl destroy guest3'; rec list-destroyed 'xl list'
rec log-create-guest2 'for f in $(ls -tr /var/log/xen/xl-guest2.log*); do cat $f; done'

set_dir errors
xl create -q guest1.cfg; sleep 6
rec create-missing-config 'xl create /etc/xen/nowhere.cfg'
rec create-no-argument 'xl create'
rec create-syntax 'printf "name = \"bad\nmemory 128\n" >/tmp/bad.cfg; xl create /tmp/bad.cfg'
rec create-empty 'echo >/tmp/empty.cfg; xl create /tmp/empty.cfg'
rec create-no-name 'grep -v ^name guest2.cfg >/tmp/noname.cfg; xl create /tmp/noname.cfg'
rec create-no-kernel 'grep -v ^kernel guest2.cfg >/tmp/nokernel.cfg; xl create /tmp/nokernel.cfg'
rec create-kernel-missing 'sed "s#guest.vmlinux#gone#" guest2.cfg >/tmp/gone.cfg; xl create /tmp/gone.cfg'
rec create-kernel-invalid 'sed "s#guest.vmlinux#guest.initrd#" guest2.cfg >/tmp/inv.cfg; xl create /tmp/inv.cfg'
rec create-too-much-memory 'sed "s/^memory.*/memory = 65536/; /^maxmem/d" guest2.cfg >/tmp/mem.cfg; xl create /tmp/mem.cfg'
rec create-a-bit-too-much-memory 'sed "s/^memory.*/memory = 2000/; /^maxmem/d" guest2.cfg >/tmp/mem2.cfg; xl create /tmp/mem2.cfg'
rec create-name-in-use 'xl create guest1.cfg'
rec create-unknown-bridge 'sed "s/xenbr0/nobridge/" guest2.cfg >/tmp/br.cfg; xl create /tmp/br.cfg'
rec create-disk-missing 'sed "s#data1.img#gone.img#" guest2.cfg >/tmp/dk.cfg; xl create /tmp/dk.cfg'
rec create-unknown-type 'sed "s/^type.*/type = \"nope\"/" guest2.cfg >/tmp/ty.cfg; xl create /tmp/ty.cfg'
rec create-not-root 'runuser -u op -- /usr/sbin/xl create /etc/xen/guest2.cfg'
rec list-not-root 'runuser -u op -- /usr/sbin/xl list'
rec info-not-root 'runuser -u op -- /usr/sbin/xl info'
rec xentop-not-root 'runuser -u op -- /usr/sbin/xentop -b -i 1'
rec shutdown-unknown 'xl shutdown nobody'
rec shutdown-unknown-id 'xl shutdown 999'
rec shutdown-no-argument 'xl shutdown'
rec destroy-unknown 'xl destroy nobody'
rec destroy-dom0 'xl destroy 0'
rec pause-unknown 'xl pause nobody'
rec list-unknown 'xl list nobody'
rec console-unknown 'xl console nobody'
rec reboot-unknown 'xl reboot nobody'
rec mem-set-bad 'xl mem-set guest1 lots'
rec mem-set-zero 'xl mem-set guest1 0'
rec save-unknown 'xl save nobody /tmp/x'
rec save-unwritable 'xl save guest1 /nowhere/x'
rec restore-missing 'xl restore /nowhere/x'
rec restore-garbage 'head -c 4096 /dev/urandom >/tmp/garbage; xl restore /tmp/garbage'
rec block-attach-missing 'xl block-attach guest1 format=raw,vdev=xvdb,access=rw,target=/nowhere.img'
rec unknown-subcommand 'xl frobnicate'
rec list-while-xenstored-answers 'xl list'
xl destroy guest1
rec list-after-errors 'xl list'
rec xen-hotplug-log 'cat /var/log/xen/xen-hotplug.log'
cp -r /var/log/xen $OUT/var-log-xen 2>/dev/null; rm -f $OUT/var-log-xen/xenstored-access.log
