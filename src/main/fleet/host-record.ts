import type { HostDisks, HostEvent, HostFacts, HostInterfaces, HostLive, HostSample } from '../../shared/contract/fleet.ts';
import { appendTrend, emptyTrend, type Trend } from '../../shared/trend.ts';
import type { ProcFiles } from '../probe/proc-files.ts';
import { fullest, parseDisks } from './disks.ts';
import { oomEvent } from './event-log.ts';
import { parseFacts } from './facts.ts';
import { History } from './history.ts';
import { type Counters, readSample, type SampleReaders } from './sample.ts';

/** What an answer brought that is worth telling. */
export type News = Omit<HostEvent, 'at'>;

/** After so long nobody knows any more how full the disks are. */
const disksHoldMs = 150_000;

/** From this share of segments sent again on, a host is asked for its interfaces too, and for so long after: a rule may fire, and is to say where. */
const losing = { share: 0.01, forMs: 5 * 60_000 } as const;

const rebooted: News = { severity: 'warning', text: 'Rebooted' };

/** What a host has told of itself so far: its newest figures, its history and its facts. */
export class HostRecord {
  readonly #readers: SampleReaders;
  readonly #history = new History();
  #live: HostLive | null = null;
  #trend: Trend = emptyTrend;
  #facts: HostFacts | null = null;
  #disks: HostDisks | null = null;
  #interfaces: HostInterfaces | null = null;
  #lostAt = Number.NEGATIVE_INFINITY;
  #counters: Counters | null = null;
  /** The uptime fell, and the facts of the new boot have not come yet: their new boot id is no second reboot. */
  #toldOfReboot = false;

  constructor(readers: SampleReaders) {
    this.#readers = readers;
  }

  get live(): HostLive | null {
    return this.#live;
  }
  get trend(): readonly (number | null)[] {
    return this.#trend.points;
  }
  get facts(): HostFacts | null {
    return this.#facts;
  }

  get disks(): HostDisks | null {
    return this.#disks;
  }

  get interfaces(): HostInterfaces | null {
    return this.#interfaces;
  }

  /** Whether the host sends much again, or did a while ago. `now` is epoch ms. */
  losing(now: number): boolean {
    return Math.abs(now - this.#lostAt) <= losing.forMs;
  }

  history(now: number): HostSample[] {
    return this.#history.read(now);
  }

  /** Takes one answer in. Null, and nothing is changed, when it holds no memory figures. */
  takeSample(
    files: ProcFiles,
    circumstances: { readonly at: number; readonly tookMs: number; readonly intervalMs: number },
  ): { readonly sample: HostSample; readonly news: readonly News[] } | null {
    const { at } = circumstances;
    const before = this.#counters;
    const disks = this.#disks;
    const diskFullest = disks !== null && Math.abs(at - disks.at) <= disksHoldMs ? fullest(disks) : null;
    const read = (previous: Counters | null) =>
      readSample(files, { ...circumstances, cores: this.#facts?.cores || null, previous, diskFullest }, this.#readers);
    const first = read(before);
    if (first === null) return null;
    const fell = before !== null && first.counters.uptimeMs < before.uptimeMs;
    const { live, sample, counters, troubles, retransmitted } = (fell ? read(null) : first) ?? first;

    const news: News[] = [];
    if (fell) {
      this.#toldOfReboot = true;
      news.push(rebooted);
    } else if (before?.oomKills != null && counters.oomKills !== null && counters.oomKills > before.oomKills) {
      news.push(oomEvent(counters.oomKills - before.oomKills));
    }
    this.#counters = counters;
    if (retransmitted !== null && retransmitted >= losing.share) this.#lostAt = at;
    this.#interfaces = troubles === null ? null : { at, troubles };
    this.#live = live;
    this.#trend = appendTrend(this.#trend, at, Math.round((live.memoryUsed / live.memoryTotal) * 10_000) / 10_000);
    this.#history.append(sample);
    return { sample, news };
  }

  /** Takes the text of the `facts` section in, after a sample. */
  takeFacts(text: string): { readonly facts: HostFacts; readonly news: readonly News[] } {
    const before = this.#facts;
    const live = this.#live;
    const facts = parseFacts(text, live === null ? 0 : live.sampledAt - live.uptimeMs);
    this.#facts = facts;
    if (live !== null && facts.cores > 0) this.#live = { ...live, cores: facts.cores };
    const otherBoot = before !== null && before.bootId !== '' && facts.bootId !== '' && before.bootId !== facts.bootId;
    const news = otherBoot && !this.#toldOfReboot ? [rebooted] : [];
    this.#toldOfReboot = false;
    return { facts, news };
  }

  /** Takes the text of the `disks` section in. */
  takeDisks(text: string, at: number): HostDisks {
    this.#disks = parseDisks(text, at);
    return this.#disks;
  }

  /** Another machine may be meant from here on: nothing of the old one is compared with the new one. The last figures stay to be seen. */
  forget(): void {
    this.#history.clear();
    this.#trend = emptyTrend;
    this.#facts = null;
    this.#disks = null;
    this.#interfaces = null;
    this.#lostAt = Number.NEGATIVE_INFINITY;
    this.#counters = null;
    this.#toldOfReboot = false;
  }
}
