import type { DomainType } from '../../shared/contract/xen.ts';
import { settingsOfRunning } from './config-of-running.ts';
import { domainId, fromKib, type RunningDomain, uuidOf } from './running-domain.ts';

/**
 * Reads the JSON of `xl list --long`. An element of the wrong shape is left out: its domain is still in the table. Undefined when it is no
 * such JSON at all, half of it for instance.
 */
export function parseXlDomains(text: string): RunningDomain[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  return parsed.flatMap((element) => xlDomain(element) ?? []);
}

type Fields = { readonly [key: string]: unknown };

const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {});

const types: readonly DomainType[] = ['pv', 'pvh', 'hvm'];

function xlDomain(element: unknown): RunningDomain | undefined {
  const { domid, config } = fields(element);
  const id = domainId(domid);
  if (id === null) return undefined;
  const created = fields(fields(config).c_info);
  const built = fields(fields(config).b_info);
  const name = created.name;
  return {
    id,
    name: typeof name === 'string' && name !== '' ? name : null,
    uuid: uuidOf(created.uuid),
    type: types.find((type) => type === created.type) ?? null,
    memoryTarget: fromKib(built.target_memkb),
    memoryMax: fromKib(built.max_memkb),
    vcpusMax: typeof built.max_vcpus === 'number' && built.max_vcpus > 0 && built.max_vcpus < 100_000 ? Math.floor(built.max_vcpus) : null,
    vnc: vncOf(built, fields(config)),
    settings: settingsOfRunning(element),
  };
}

/** Of a HVM's display, or of the first framebuffer. xl tells the number of the display only where the configuration did. */
function vncOf(built: Fields, config: Fields): string | null {
  const framebuffer = Array.isArray(config.vfbs) ? fields(config.vfbs[0]) : {};
  for (const vnc of [fields(fields(built['type.hvm']).vnc), fields(framebuffer.vnc)]) {
    if (vnc.enable !== 'True' || typeof vnc.display !== 'number') continue;
    return `${typeof vnc.listen === 'string' && vnc.listen.length < 100 ? vnc.listen : '127.0.0.1'}:${5900 + vnc.display}`;
  }
  return null;
}
