import { Decimals } from '../../shared/decimals.ts';

/** What a domain's devices have moved, from its own side, in bytes. Null where it has no device that counts. */
export interface DomainCounters {
  readonly received: number | null;
  readonly transmitted: number | null;
  readonly read: number | null;
  readonly written: number | null;
}

export const noCounters: DomainCounters = { received: null, transmitted: null, read: null, written: null };

/** The counters of one moment. */
export interface CounterReading {
  /** Of the host, ms; null where it did not tell. */
  readonly uptimeMs: number | null;
  readonly domains: ReadonlyMap<number, DomainCounters>;
}

const sectorBytes = 512;

type Sums = { -readonly [Counter in keyof DomainCounters]: DomainCounters[Counter] };

/**
 * Reads the `xen-counters` section. `interfaces` says which interfaces of the host lead to which domain by another name than Xen's own,
 * `vif<id>.<device>`, with `-emu` behind it for the emulated card of the same device.
 */
export function parseCounters(text: string, interfaces: ReadonlyMap<string, number> = new Map()): CounterReading {
  const domains = new Map<number, Sums>();
  let uptimeMs: number | null = null;
  const sumsOf = (id: number): Sums => {
    let sums = domains.get(id);
    if (sums === undefined) {
      sums = { ...noCounters };
      domains.set(id, sums);
    }
    return sums;
  };
  const add = (id: number, counter: keyof DomainCounters, amount: number) => {
    if (!Number.isFinite(amount)) return;
    const sums = sumsOf(id);
    sums[counter] = (sums[counter] ?? 0) + amount;
  };

  for (const line of text.split('\n')) {
    if (line.startsWith('vbd-')) {
      const [, id, direction, sectors] = /^vbd-(\d{1,5})-\d+\/statistics\/(rd|wr)_sect:(\d{1,20})$/.exec(line) ?? [];
      if (id !== undefined) add(Number(id), direction === 'rd' ? 'read' : 'written', Number(sectors) * sectorBytes);
      continue;
    }
    const device = line.indexOf('/net/dev:');
    if (device >= 0) {
      const colon = line.indexOf(':', device + '/net/dev:'.length);
      if (colon < 0) continue;
      const name = line.slice(device + '/net/dev:'.length, colon).trim();
      const vif = /^vif(\d{1,5})\.\d+(?:-emu)?$/.exec(name)?.[1];
      const id = vif === undefined ? interfaces.get(name) : Number(vif);
      if (id === undefined) continue;
      // The host receives what the guest transmits (proc_pid_net(5): bytes are the first of eight columns each).
      const columns = new Decimals(line, colon + 1);
      add(id, 'transmitted', columns.next());
      for (let column = 1; column < 8; column += 1) columns.next();
      add(id, 'received', columns.next());
      continue;
    }
    const uptime = line.indexOf('/uptime:');
    if (uptime >= 0 && uptimeMs === null) {
      const seconds = new Decimals(line, uptime + '/uptime:'.length).next();
      if (Number.isFinite(seconds)) uptimeMs = seconds * 1000;
    }
  }
  return { uptimeMs, domains };
}
