import type { DomainType } from '../../shared/contract/xen.ts';
import type { ConfigSettings } from './config-parse.ts';

/** A domain that is there, as a toolstack describes it at length, whatever its own format. */
export interface RunningDomain {
  readonly id: number;
  /** Null where it has none: a zombie, or one that the toolstack does not know. */
  readonly name: string | null;
  readonly uuid: string | null;
  readonly type: DomainType | null;
  /** Bytes; null where it is not told. */
  readonly memoryTarget: number | null;
  readonly memoryMax: number | null;
  readonly vcpusMax: number | null;
  /** `127.0.0.1:5900`. */
  readonly vnc: string | null;
  /** As in xl.cfg(5). */
  readonly settings: ConfigSettings;
}

/** Bytes of a number of KiB, or null for what is none. */
export function fromKib(value: unknown): number | null {
  const kib = typeof value === 'string' && /^\d{1,13}$/.test(value) ? Number(value) : value;
  return typeof kib === 'number' && Number.isSafeInteger(kib * 1024) && kib >= 0 ? kib * 1024 : null;
}

/** A domain's number, or null for what is none. */
export function domainId(value: unknown): number | null {
  const id = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < 0x7ff0 ? id : null;
}

/** The uuid in lower case, or null for what is none. */
export function uuidOf(value: unknown): string | null {
  if (typeof value !== 'string' || !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return null;
  return value.toLowerCase();
}
