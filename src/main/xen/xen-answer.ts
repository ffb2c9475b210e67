import type { Toolstack } from '../../shared/contract/xen.ts';
import type { Problem } from '../../shared/errors.ts';
import { type CommandAnswer, commandAnswer, problemOfAnswer, unreadableAnswer } from './command-answer.ts';
import { type ConfiguredDomain, configuredDomains, filesOf } from './configured.ts';
import { type CounterReading, parseCounters } from './domain-counters.ts';
import { parseDomainTable, type TableRow } from './domain-table.ts';
import type { RunningDomain } from './running-domain.ts';
import { toolstackReaders } from './toolstack.ts';
import { parseUptimes } from './uptimes.ts';
import { domainsOfStore, parseXenstore } from './xenstore-domains.ts';
import { type Hypervisor, parseXenInfo } from './xl-info.ts';

/** What a host answered to `xen-load`, and to `xen` if it was asked. */
export interface XenAnswer {
  readonly load: { readonly rows: readonly TableRow[]; readonly counters: CounterReading } | undefined;
  readonly whole:
    | {
        readonly hypervisor: Hypervisor;
        readonly running: ReadonlyMap<number, RunningDomain>;
        /** Every domain that is there is among `running`. */
        readonly complete: boolean;
        /** By their numbers, ms. */
        readonly uptimes: ReadonlyMap<number, number>;
      }
    | undefined;
  /** The domains with a configuration, as they are now; undefined when this was not asked. */
  readonly configured: ReadonlyMap<string, ConfiguredDomain> | undefined;
  /** What changed on disk since the last answer; empty the first time. */
  readonly changedFiles: ReadonlySet<string>;
  /** Why something is missing. */
  readonly problem: Problem | undefined;
}

/** Reads the answers of one host, one after the other: the large ones come only when they have changed. */
export class XenAnswers {
  readonly #host: string;
  readonly #toolstack: Toolstack;
  #running: { readonly domains: ReadonlyMap<number, RunningDomain>; readonly clean: boolean } | undefined;
  #files: ReadonlyMap<string, string> | undefined;
  #configured: ReadonlyMap<string, ConfiguredDomain> = new Map();
  /** Interfaces of the host that have names of their own, and the domains that they lead to. */
  #interfaces: ReadonlyMap<string, number> = new Map();

  constructor(host: string, toolstack: Toolstack) {
    this.#host = host;
    this.#toolstack = toolstack;
  }

  /** The host may have booted since, and its numbers mean other domains. */
  forgetDomains(): void {
    this.#running = undefined;
  }

  read(sections: ReadonlyMap<string, string>): XenAnswer {
    let problem: Problem | undefined;
    const note = (found: Problem) => {
      problem ??= found;
    };
    const answer = (name: string, command: string): CommandAnswer | undefined => {
      const found = commandAnswer(sections, name);
      if (found === undefined || found.status === 0) return found;
      const xenstored = (sections.get('xen-daemons') ?? '').trim() !== '';
      const circumstances = { host: this.#host, toolstack: this.#toolstack, command: `${this.#toolstack} ${command}`, xenstored };
      note(problemOfAnswer(found, circumstances));
      return undefined;
    };

    const whole = this.#readWhole(sections, answer, note);
    const changedFiles = this.#readFiles(sections);
    const table = answer('xen-list', 'list');
    const counters = parseCounters(sections.get('xen-counters') ?? '', this.#interfaces);
    return {
      load: table === undefined ? undefined : { rows: parseDomainTable(table.stdout), counters },
      whole,
      configured: changedFiles === undefined ? undefined : this.#configured,
      changedFiles: changedFiles ?? new Set(),
      problem,
    };
  }

  #readWhole(
    sections: ReadonlyMap<string, string>,
    answer: (name: string, command: string) => CommandAnswer | undefined,
    note: (problem: Problem) => void,
  ): XenAnswer['whole'] {
    const info = answer('xen-info', 'info');
    const hypervisor = info === undefined ? null : parseXenInfo(info.stdout);
    if (info !== undefined && hypervisor === null) note(unreadableAnswer(this.#host, `${this.#toolstack} info`, info.stdout));
    if (!sections.has('xen-domains-same')) this.#readDomains(sections, answer, note);
    if (hypervisor === null) return undefined;
    // What it takes to know the uptimes is not worth a word when it fails.
    const uptimes = parseUptimes(commandAnswer(sections, 'xen-uptime')?.stdout ?? '');
    const store = commandAnswer(sections, 'xen-store');
    const running = new Map(this.#running?.domains);
    if (store !== undefined) {
      for (const domain of domainsOfStore(parseXenstore(store.stdout))) if (!running.has(domain.id)) running.set(domain.id, domain);
    }
    return { hypervisor, running, complete: this.#running?.clean ?? false, uptimes };
  }

  #readDomains(
    sections: ReadonlyMap<string, string>,
    answer: (name: string, command: string) => CommandAnswer | undefined,
    note: (problem: Problem) => void,
  ): void {
    const long = commandAnswer(sections, 'xen-domains');
    if (long === undefined) return;
    const domains = toolstackReaders[this.#toolstack]?.domains(long.stdout);
    if (domains === undefined) {
      // Where it failed and xenstore knows, nothing is missing. Else what was told before is the last that is known.
      const stored = commandAnswer(sections, 'xen-store')?.stdout.trim() ?? '';
      this.#running = stored === '' && this.#running !== undefined ? { ...this.#running, clean: false } : undefined;
      if (long.status === 0) note(unreadableAnswer(this.#host, `${this.#toolstack} list --long`, long.stdout));
      else if (stored === '') answer('xen-domains', 'list --long');
      return;
    }
    this.#running = {
      domains: new Map(domains.map((domain) => [domain.id, domain])),
      clean: long.status === 0 && long.stderr.trim() === '',
    };
    const interfaces = new Map<string, number>();
    for (const { id, settings } of domains) {
      const vifs = settings.get('vif');
      if (vifs === undefined || typeof vifs === 'string') continue;
      for (const vif of vifs) {
        const name = typeof vif === 'string' ? /(?:^|, )vifname=([^,]+)/.exec(vif)?.[1] : undefined;
        if (name !== undefined) interfaces.set(name, id);
      }
    }
    this.#interfaces = interfaces;
  }

  /** The paths of the files whose text is another now; undefined when the host was not asked for them. */
  #readFiles(sections: ReadonlyMap<string, string>): ReadonlySet<string> | undefined {
    const text = sections.get('xen-files');
    if (text === undefined) return sections.has('xen-files-same') ? new Set() : undefined;
    const before = this.#files;
    const files = filesOf(text);
    this.#files = files;
    this.#configured = configuredDomains(files);
    return new Set(before === undefined ? [] : [...files.keys()].filter((path) => before.get(path) !== files.get(path)));
  }
}
