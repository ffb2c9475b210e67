import type { ProcFiles } from '../probe/proc-files.ts';
import { type InterfaceCounters, parseNetDev } from './net-dev.ts';
import { parseTcp, type TcpCounters } from './tcp.ts';

/** What a host has received and sent, in bytes. Only comparable with a reading of the same `interfaces`. */
export interface TrafficReading {
  readonly received: number;
  readonly transmitted: number;
  readonly interfaces: string;
}

export interface NetworkReading {
  /** Null where the interfaces were not asked for. */
  readonly traffic: TrafficReading | null;
  /** All but the loopback; null as above. */
  readonly interfaces: readonly InterfaceCounters[] | null;
  /** Null where the host does not tell. */
  readonly tcp: TcpCounters | null;
}

/** Reads /proc/net/dev and /proc/net/snmp, each where it is there. */
export function readNetwork(files: ProcFiles): NetworkReading {
  const text = files.get('net/dev');
  const interfaces = text === undefined ? null : parseNetDev(text).filter(({ name }) => name !== 'lo');
  return { traffic: interfaces && trafficOf(interfaces), interfaces, tcp: parseTcp(files.get('net/snmp') ?? '') };
}

/**
 * What the host has exchanged with the outside. A byte that passes a bridge is counted by the card, the bridge and the guest's vif, so
 * interfaces that ride on others, or lead to guests and containers, are left out where their names make it plain. When only such
 * are there, all count.
 */
function trafficOf(all: readonly InterfaceCounters[]): TrafficReading {
  const names = new Set(all.map(({ name }) => name));
  // Xen's old network-bridge script renames the card eth0 to peth0 and gives the name eth0 to the bridge.
  const cards = all.filter(({ name }) => !riding.test(name) && !names.has(`p${name}`));
  const counted = cards.length > 0 ? cards : all;
  let received = 0;
  let transmitted = 0;
  for (const each of counted) {
    received += each.received;
    transmitted += each.transmitted;
  }
  return { received, transmitted, interfaces: counted.map(({ name }) => name).join(' ') };
}

/** Bridges, bonds, VLANs, tunnels, and the ends of guests and containers, by the names that Xen, libvirt, Docker and the kernel give. */
const riding =
  /^(?:vif\d|tap|veth|vnet|virbr|xenbr|xapi|docker|br\d|br-|bridge|ovs-|ovsbr|fwbr|fwpr|fwln|vmbr|lxcbr|lxdbr|cni|cali|flannel|bond\d|team\d|vlan\d|dummy|ifb|tun|wg\d|sit\d|gre|ip6?tnl|vxlan|macvtap|macvlan)|\.\d+$|@/;
