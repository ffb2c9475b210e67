/**
 * A network that loses and reorders packets as the kernel's own do, between this process and an sshd: three network namespaces in a row, of
 * which the middle one routes, drops and holds back. Nothing of it outlives `close()` or this process but for a moment. Linux and root only.
 *
 *     const network = await lossyNetwork();
 *     const sshd = await rig.sshd({ listen: [network.address], within: network.within });
 *     network.lose(0.3, 'from');
 *     …
 *     network.close();
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { messageOf } from '../../src/shared/errors.ts';

export interface LossyNetwork {
  /** Where a server inside is reached. */
  readonly address: string;
  /** Words before a command that run it on the far side. */
  readonly within: readonly string[];
  /** Drops each packet on its way to the far side, or from it, with this probability; 0 for none. */
  lose(probability: number, way: 'to' | 'from'): void;
  /** Holds each packet to the far side back with this probability, so that those after it overtake it; 0 for none. */
  reorder(probability: number): void;
  /** Sends so many frames to the far side of a protocol that nobody speaks (the EtherType for experiments, IEEE 802). */
  strange(frames: number): void;
  /** Packets that were dropped since the last call of `lose`. */
  readonly dropped: number;
  /** Segments that reached the far side before one that was sent earlier (TcpExtTCPOFOQueue of its kernel). */
  readonly overtaken: number;
  close(): void;
}

/** Why there can be none here, or an empty text. */
export function noLossyNetwork(): string {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'network namespaces are for root on Linux';
  if (!existsSync(iptables)) return 'there is no iptables-legacy';
  try {
    const network = lossyNetwork();
    network.lose(0.5, 'to');
    network.close();
    return '';
  } catch (error) {
    return `this machine does not do it: ${messageOf(error).trim().slice(0, 300)}`;
  }
}

const iptables = '/usr/sbin/iptables-legacy';
let serial = 0;

/** Makes one. @throws Error where `noLossyNetwork` has a reason */
export function lossyNetwork(): LossyNetwork {
  serial += 1;
  // Fifteen characters at most.
  const near = `hum${process.pid}-${serial}`;
  // 198.18.0.0/15 is for tests of networks (RFC 2544); eight addresses of it are ours.
  const at = ((process.pid * 8 + serial) % 16_384) * 8;
  const ip = (host: number) => `198.${18 + (at >> 16)}.${(at >> 8) & 255}.${(at & 255) + host}`;
  const [middle, far] = [namespace(), namespace()];
  const inside = ({ pid = 0 }: ChildProcess) => ['nsenter', '--net', '--target', String(pid)];
  const sh = (lines: string, ...within: readonly string[]) => {
    const [program = '', ...args] = [...within, 'sh', '-ec', lines];
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  };
  const close = () => {
    for (const child of [middle, far]) child.kill('SIGKILL');
    process.off('exit', close);
  };
  process.on('exit', close);
  try {
    // gso_max_segs: else the two ends hand each other 64 KiB at a time, and a few packets are all there are.
    sh(`ip link add ${near} type veth peer name near netns ${middle.pid}
      ip addr add ${ip(1)}/30 dev ${near}
      ip link set ${near} gso_max_segs 1 up`);
    sh(
      `ip link add far type veth peer name near netns ${far.pid}
      ip addr add ${ip(2)}/30 dev near
      ip addr add ${ip(5)}/30 dev far
      ip link set near up
      ip link set far up
      echo 1 >/proc/sys/net/ipv4/ip_forward
      tc qdisc add dev far root handle 1: htb default 1
      tc class add dev far parent 1: classid 1:1 htb rate 1gbit
      tc class add dev far parent 1: classid 1:2 htb rate 4mbit`,
      ...inside(middle),
    );
    sh(`ip addr add ${ip(6)}/30 dev near; ip link set near gso_max_segs 1 up; ip route add default via ${ip(5)}`, ...inside(far));
    sh(`ip route add ${ip(4)}/30 via ${ip(2)}`);
  } catch (error) {
    close();
    throw error;
  }
  /** In place of the rule before in this table: what becomes of so many of these packets. */
  const rule = (table: string, packets: string, probability: number, target: string) => {
    const alone = `${iptables} -t ${table} -F`;
    const added = `${iptables} -t ${table} -A ${packets} -m statistic --mode random --probability ${probability} -j ${target}`;
    sh(probability === 0 ? alone : `${alone}; ${added}`, ...inside(middle));
  };
  const counted = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0);
  return {
    address: ip(6),
    within: inside(far),
    lose: (probability, way) => void rule('filter', `FORWARD ${way === 'to' ? '-o' : '-i'} far`, probability, 'DROP'),
    reorder: (probability) => void rule('mangle', 'POSTROUTING -o far', probability, 'CLASSIFY --set-class 1:2'),
    strange(frames) {
      const index = counted(sh('ip -o link show far', ...inside(middle)), /^(\d+):/);
      const [program = '', ...args] = [...inside(middle), 'perl', '-e', strangeFrames, String(index), String(frames)];
      execFileSync(program, args);
    },
    get dropped() {
      return counted(sh(`${iptables} -L FORWARD -v -x -n`, ...inside(middle)), /^ *(\d+) +\d+ DROP/m);
    },
    get overtaken() {
      const [names = '', values = ''] = sh('grep TcpExt: /proc/net/netstat', ...inside(far)).split('\n');
      return Number(values.split(' ')[names.split(' ').indexOf('TCPOFOQueue')]);
    },
    close,
  };
}

/** packet(7): to the interface of this index, as many. A struct sockaddr_ll, and a frame for everybody. */
const strangeFrames = `
  my ($index, $frames) = @ARGV;
  socket(my $wire, 17, 3, 0) or die "socket: $!";
  my $to = pack("S n i S C C a8", 17, 0x88b5, $index, 0, 0, 6, "\\xff" x 6);
  my $frame = "\\xff" x 6 . "\\x02\\0\\0\\0\\0\\1" . pack("n", 0x88b5) . "x" x 46;
  for (1 .. $frames) { send($wire, $frame, 0, $to) or die "send: $!" }
`;

/** A process in a network namespace of its own, which is there when this returns and goes with it. */
function namespace(): ChildProcess {
  const child = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
  const ours = execFileSync('readlink', ['/proc/self/ns/net'], { encoding: 'utf8' });
  execFileSync('sh', ['-c', `until [ "$(readlink /proc/${child.pid}/ns/net)" != "${ours.trim()}" ]; do sleep 0.01; done`], {
    timeout: 20_000,
  });
  return child;
}
