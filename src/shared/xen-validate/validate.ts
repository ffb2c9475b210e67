import type { DomainAction, DomainRow } from '../contract/xen.ts';
import type { Problem } from '../errors.ts';
import { destroy } from './destroy.ts';
import { migrate } from './migrate.ts';
import { pause } from './pause.ts';
import { reboot } from './reboot.ts';
import { rename } from './rename.ts';
import { restore } from './restore.ts';
import { called, isControlDomain, type Rule, refusal, type Surroundings } from './rule.ts';
import { save } from './save.ts';
import { setAutostart } from './set-autostart.ts';
import { setMemory } from './set-memory.ts';
import { setVcpus } from './set-vcpus.ts';
import { shutdown } from './shutdown.ts';
import { start } from './start.ts';
import { unpause } from './unpause.ts';

type Kind = DomainAction['action'];

const rules: { readonly [K in Kind]: Rule<K> } = {
  start,
  shutdown,
  reboot,
  pause,
  unpause,
  destroy,
  save,
  restore,
  'set-memory': setMemory,
  'set-vcpus': setVcpus,
  rename,
  'set-autostart': setAutostart,
  migrate,
};

/** Why nothing at all is done to a domain now: it runs the host, or its host cannot be acted on. Undefined where something may be. */
export function whyNothing(row: DomainRow, around: Pick<Surroundings, 'host'>): Problem | undefined {
  if (isControlDomain(row)) {
    const message = `${called(row)} is the control domain: it runs this host, and Hum changes nothing about it.`;
    return refusal(row, 'control-domain', message, 'Use a shell on the host if you mean it.');
  }
  const host = around.host(row.host);
  if (host === undefined) return refusal(row, 'no-toolstack', 'Nothing is known of Xen on this host yet.', 'Wait until it is connected.');
  if (host.problem !== undefined) return { ...host.problem, host: row.host };
  if (host.toolstack === 'xe') {
    return refusal(row, 'no-toolstack', 'This host is run by XAPI (xe), through which Hum cannot act yet.', 'Use xe, or Xen Orchestra.');
  }
  return undefined;
}

/** Why this kind of action is not possible on a domain now: the tooltip of its disabled button. Undefined where it is possible. */
export function whyNot(kind: Kind, row: DomainRow, around: Surroundings): Problem | undefined {
  const nothing = whyNothing(row, around);
  const host = around.host(row.host);
  return nothing ?? (host === undefined ? undefined : rules[kind].possible(row, host));
}

/** Why exactly this action is not possible on a domain now, or undefined. */
export function validateAction<K extends Kind>(
  action: DomainAction & { action: K },
  row: DomainRow,
  around: Surroundings,
): Problem | undefined {
  const rule: Rule<K> = rules[action.action as K];
  return whyNot(action.action, row, around) ?? rule.acceptable?.(action, row, around);
}
