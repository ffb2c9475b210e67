import type { DomainType } from '../../shared/contract/xen.ts';
import type { ConfigValue } from './config-parse.ts';
import { writeDisk } from './disk-spec.ts';
import { domainId, fromKib, type RunningDomain, uuidOf } from './running-domain.ts';
import { writeVif } from './vif-spec.ts';

/** The keys of xenstore by their paths. */
export type Store = ReadonlyMap<string, string>;

/** Reads what `xenstore-ls -f` prints: `path = "value"`, where what cannot be printed is escaped. */
export function parseXenstore(text: string): Store {
  const store = new Map<string, string>();
  for (const line of text.split('\n')) {
    const equals = line.startsWith('/') ? line.indexOf(' = "') : -1;
    if (equals > 0 && line.endsWith('"')) store.set(line.slice(0, equals), line.slice(equals + 4, -1));
  }
  return store;
}

/**
 * The domains that xenstore knows of, less exactly than the toolstack would tell of them (docs/misc/xenstore-paths.pandoc in Xen's source). For
 * those that `xl list --long` leaves out, because libxl does not have their configuration.
 */
export function domainsOfStore(store: Store): RunningDomain[] {
  const devices = new Map<string, Map<string, Map<string, string>>>();
  for (const [path, value] of store) {
    const [, id, kind, device, key] = /^\/libxl\/(\d+)\/device\/(vbd|vif|pci)\/(\d+)\/([a-z-]+\d*)$/.exec(path) ?? [];
    if (id === undefined || kind === undefined || device === undefined || key === undefined) continue;
    const place = `${id} ${kind}`;
    const ofKind = devices.get(place) ?? new Map<string, Map<string, string>>();
    const keys = ofKind.get(device) ?? new Map<string, string>();
    devices.set(place, ofKind.set(device, keys.set(key, value)));
  }
  const found: RunningDomain[] = [];
  for (const path of store.keys()) {
    const id = domainId(/^\/local\/domain\/(\d+)\/name$/.exec(path)?.[1]);
    if (id !== null) found.push(storedDomain(id, store, (kind) => [...(devices.get(`${id} ${kind}`)?.values() ?? [])]));
  }
  return found;
}

const types: readonly DomainType[] = ['pv', 'pvh', 'hvm'];

function storedDomain(id: number, store: Store, devices: (kind: string) => readonly ReadonlyMap<string, string>[]): RunningDomain {
  const own = (key: string) => store.get(`/local/domain/${id}/${key}`);
  const vm = own('vm') ?? '';
  const ofVm = (key: string) => store.get(`${vm}/${key}`);
  const type = types.find((each) => each === store.get(`/libxl/${id}/type`));
  const name = own('name');
  const port = own('console/vnc-port');

  const settings = new Map<string, ConfigValue>();
  const set = (setting: string, value: string | undefined) => {
    if (value !== undefined && value !== '') settings.set(setting, value);
  };
  set('name', name);
  set('type', type);
  set('kernel', ofVm('image/kernel'));
  set('ramdisk', ofVm('image/ramdisk'));
  set('cmdline', ofVm('image/cmdline'));
  settings.set('vif', devices('vif').map(vif));
  settings.set('disk', devices('vbd').map(disk));
  settings.set(
    'pci',
    devices('pci').flatMap((keys) => keys.get('dev-0') ?? []),
  );
  return {
    id,
    name: name === undefined || name === '' ? null : name,
    uuid: uuidOf(/^\/vm\/([^/]+)/.exec(vm)?.[1]),
    type: type ?? null,
    memoryTarget: fromKib(own('memory/target')),
    memoryMax: fromKib(own('memory/static-max')),
    vcpusMax: null,
    vnc: port !== undefined && /^\d{1,5}$/.test(port) ? `${own('console/vnc-listen') ?? '127.0.0.1'}:${port}` : null,
    settings,
  };
}

function vif(keys: ReadonlyMap<string, string>): string {
  const written = new Map<string, string>();
  for (const key of ['mac', 'bridge', 'script', 'ip'] as const) {
    const value = keys.get(key);
    if (value !== undefined && value !== '') written.set(key, value);
  }
  return writeVif(written);
}

function disk(keys: ReadonlyMap<string, string>): string {
  const [, format = null, target = ''] = /^(?:(aio|qcow2?|vhd|qed):)?(.*)$/s.exec(keys.get('params') ?? '') ?? [];
  return writeDisk({
    device: keys.get('dev') ?? '',
    target,
    format: format === 'aio' ? 'raw' : format,
    backend: keys.get('type') ?? null,
    writable: keys.get('mode') === 'w',
    cdrom: keys.get('device-type') === 'cdrom',
    script: null,
    others: [],
  });
}
