/** What tests do to the Xen host of the lab, as POSIX scripts that root runs on it. */

const filler = '/srv/lab/filler';

export const freeDisk = `rm -f ${filler}`;

/**
 * Domains are ended by id: names may hold anything. The fifth field from the end of a line of `xl list` is the id; a domain that has no
 * entry there any more, or whose name breaks the line, still has one in xenstore, or the other way round. Ends with a status other than 0
 * when the toolstack does not answer, or when a domain stays. Runs before each test, and each process costs the emulated host 0.1 s.
 */
export const tidy = `
[ ! -e ${filler} ] || ${freeDisk}
read -r pid </run/xen/xenstored.pid && [ -d "/proc/$pid" ] || exit 1
ids() { { timeout 30 xl list | awk 'NR > 1 { print $(NF - 4) }'; timeout 30 xenstore-list /local/domain; } | grep -x '[1-9][0-9]*' | sort -u; }
listed=$(timeout 60 xl list) || exit 1
case $listed in
  # More than the two lines of dom0.
  *'
'*'
'*)
    for try in 1 2 3 4 5; do
      left=$(ids)
      [ -n "$left" ] || break
      for id in $left; do timeout 40 xl destroy "$id" 2>/dev/null & done
      wait
    done
    [ -z "$left" ] || exit 1
    ;;
esac
rm -rf /etc/xen /var/lib/xen/save /srv/xen/*.save /srv/xen/web* /var/lib/hum
tar -C /etc -xf /srv/lab/etc-xen.tar
`;

/** What a change that is taken back must leave as it was: the folders of Xen and of Hum byte for byte, and the domains. */
export const fingerprint = `
for each in /etc/xen /srv/xen /var/lib/hum; do find "$each" -printf '%p %y %m %u %s %i %l\\n' 2>/dev/null; done | sort
find /etc/xen /srv/xen -type f -exec sha256sum {} + | sort
xl list | awk 'NR > 1 { print $1 }'
`;

export const killXenstored = 'pkill -KILL -x xenstored || pkill -KILL -x oxenstored';

/** The blocks that ext4 keeps for root as well. */
export const fillDisk = `
free=$(( $(stat -f -c '%f * %S' /srv/lab) ))
while [ "$free" -gt 4095 ]; do
  fallocate -o "$(stat -c %s ${filler} 2>/dev/null || echo 0)" -l "$free" ${filler} 2>/dev/null || free=$(( free / 2 ))
done
true
`;

/** By systemd, since the script's own connection ends with sshd. */
export const stopSshdFor = `
systemd-run --quiet --collect sh -c 'systemctl stop ssh; pkill -KILL -x sshd; sleep "$0"; systemctl start ssh' "$1"
`;
