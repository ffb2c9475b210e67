import { randomUUID } from 'node:crypto';
import {
  type HostChange,
  type HostDraft,
  type InventoryHost,
  inventoryHost,
  mostTags,
  type Removal,
} from '../../shared/contract/inventory.ts';
import { HumError, type Problem } from '../../shared/errors.ts';
import { setAsideEntries } from '../storage/damaged.ts';
import { type Store, save } from '../storage/store.ts';
import { hostsOf, type NewHost } from './draft.ts';

/** The saved hosts. Every change is on disk before the call returns; listeners hear of it after. */
export interface Inventory {
  readonly hosts: readonly InventoryHost[];
  /** What was wrong with the file and was worked around. */
  readonly notices: readonly Problem[];
  onChange(listener: () => void): () => void;
  add(draft: HostDraft): { ids: string[] };
  /** Adds hosts, leaving out those whose user, address and port are there already; answers what was left out. */
  addAll(hosts: readonly NewHost[]): { ids: string[]; skipped: NewHost[] };
  update(ids: readonly string[], change: HostChange): void;
  retag(ids: readonly string[], add: readonly string[], remove: readonly string[]): void;
  duplicate(id: string): { id: string };
  remove(ids: readonly string[]): Removal;
  restore(undo: string): { count: number };
  setEnabled(ids: readonly string[], enabled: boolean): void;
}

/** How many removals can be undone; older ones are forgotten. */
const undoDepth = 20;

/** Two hosts are the same when one session would serve both. */
export function sameWayIn(host: Pick<InventoryHost, 'user' | 'address' | 'port'>): string {
  return `${host.user}@${host.address.toLowerCase()}:${host.port}`;
}

/**
 * Opens the saved hosts. An entry that does not fit its schema is set aside and told of in `notices`.
 * @throws HumError `settings-unwritable` when one had to be set aside and could not be
 */
export function openInventory(store: Store): Inventory {
  const { sound, notices } = load(store);
  let hosts: readonly InventoryHost[] = sound;
  const listeners = new Set<() => void>();
  const removals = new Map<string, readonly { host: InventoryHost; index: number }[]>();

  function commit(next: readonly InventoryHost[]): void {
    save(store, 'The inventory could not be saved; nothing was changed.', () => store.set('hosts', next));
    hosts = next;
    for (const listener of listeners) listener();
  }

  function find(id: string): InventoryHost {
    const host = hosts.find((candidate) => candidate.id === id);
    if (!host) throw noSuchHost(id);
    return host;
  }

  function change(ids: readonly string[], edit: (host: InventoryHost) => InventoryHost): void {
    const chosen = new Set(ids);
    for (const id of ids) find(id);
    const next = hosts.map((host) => (chosen.has(host.id) ? edit(host) : host));
    refuseTwins(next);
    commit(next);
  }

  function addAll(candidates: readonly NewHost[]): { ids: string[]; skipped: NewHost[] } {
    const taken = new Set(hosts.map(sameWayIn));
    const added: InventoryHost[] = [];
    const skipped: NewHost[] = [];
    for (const candidate of candidates) {
      const way = sameWayIn(candidate);
      if (taken.has(way)) {
        skipped.push(candidate);
        continue;
      }
      taken.add(way);
      added.push({ ...candidate, id: randomUUID() });
    }
    if (added.length > 0) commit([...hosts, ...added]);
    return { ids: added.map((host) => host.id), skipped };
  }

  return {
    get hosts() {
      return hosts;
    },
    notices,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    add(draft) {
      const drafted = hostsOf(draft);
      const taken = new Set(hosts.map(sameWayIn));
      const twin = drafted.find((host) => taken.has(sameWayIn(host)));
      if (twin) throw twinProblem(twin);
      return { ids: addAll(drafted).ids };
    },
    addAll,
    update(ids, edit) {
      const given = Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined));
      change(ids, (host) => ({ ...host, ...given }));
    },
    retag(ids, add, remove) {
      const gone = new Set(remove);
      change(ids, (host) => {
        const tags = [...new Set([...host.tags.filter((tag) => !gone.has(tag)), ...add])];
        if (tags.length > mostTags) throw tooManyTags(host.name, tags.length);
        return { ...host, tags };
      });
    },
    duplicate(id) {
      const original = find(id);
      const copy = {
        ...original,
        id: randomUUID(),
        name: `${original.name} copy`.slice(0, 253),
        enabled: false,
        origin: 'manual' as const,
      };
      const at = hosts.indexOf(original) + 1;
      commit([...hosts.slice(0, at), copy, ...hosts.slice(at)]);
      return { id: copy.id };
    },
    remove(ids) {
      const chosen = new Set(ids);
      for (const id of ids) find(id);
      const removed = hosts.flatMap((host, index) => (chosen.has(host.id) ? [{ host, index }] : []));
      commit(hosts.filter((host) => !chosen.has(host.id)));
      const undo = randomUUID();
      removals.set(undo, removed);
      const [oldest] = removals.keys();
      if (removals.size > undoDepth && oldest !== undefined) removals.delete(oldest);
      return { undo, count: removed.length };
    },
    restore(undo) {
      const removed = removals.get(undo);
      if (!removed) {
        throw new HumError({
          code: 'not-found',
          message: 'That removal can no longer be undone.',
          hint: `Only the last ${undoDepth} removals since Hum was started can be.`,
        });
      }
      const next = [...hosts];
      const taken = new Set(hosts.map(sameWayIn));
      const back = removed.filter(({ host }) => !taken.has(sameWayIn(host)));
      for (const { host, index } of back) next.splice(Math.min(index, next.length), 0, host);
      commit(next);
      removals.delete(undo);
      return { count: back.length };
    },
    setEnabled(ids, enabled) {
      change(ids, (host) => ({ ...host, enabled }));
    },
  };

  /** A copy that was just made may equal its original while it is disabled; two enabled twins would fight for one host. */
  function refuseTwins(next: readonly InventoryHost[]): void {
    const seen = new Set<string>();
    for (const host of next) {
      if (!host.enabled) continue;
      const way = sameWayIn(host);
      if (seen.has(way)) throw twinProblem(host);
      seen.add(way);
    }
  }
}

function load(store: Store): { sound: InventoryHost[]; notices: Problem[] } {
  const saved = store.get('hosts') ?? [];
  const entries: readonly unknown[] = Array.isArray(saved) ? saved : [saved];
  const sound: InventoryHost[] = [];
  const damaged: unknown[] = [];
  let reason = '';
  const ids = new Set<string>();
  for (const entry of entries) {
    const parsed = inventoryHost.safeParse(entry);
    if (parsed.success && !ids.has(parsed.data.id)) {
      ids.add(parsed.data.id);
      sound.push(parsed.data);
    } else {
      damaged.push(entry);
      const issue = parsed.error?.issues[0];
      reason ||= issue ? `${issue.path.join('.')}: ${issue.message}` : 'an id stands twice';
    }
  }
  if (damaged.length === 0) return { sound, notices: [] };
  const notice = setAsideEntries(store.path, damaged, reason);
  store.set('hosts', sound);
  return { sound, notices: [notice] };
}

function noSuchHost(id: string): HumError {
  if (id.startsWith('demo-')) {
    return new HumError({
      code: 'conflict',
      message: 'A demo host cannot be changed.',
      hint: 'It is not saved anywhere and leaves with the demo.',
      host: id,
    });
  }
  return new HumError({
    code: 'not-found',
    message: 'That host is not in the inventory.',
    hint: 'It may have been removed in another window.',
    host: id,
  });
}

function tooManyTags(name: string, count: number): HumError {
  return new HumError({
    code: 'bad-input',
    message: `${name} would have ${count} tags; a host has ${mostTags} at most. Nothing was changed.`,
    hint: 'Remove tags that are no longer of use first.',
  });
}

function twinProblem(host: Pick<InventoryHost, 'user' | 'address' | 'port'>): HumError {
  return new HumError({
    code: 'conflict',
    message: `${host.user}@${host.address} port ${host.port} is in the inventory already.`,
    hint: 'Change the user, the address or the port, or edit the host that is there.',
  });
}
