import type { DomainAction, DomainRow } from '../../shared/contract/xen.ts';
import type { Problem } from '../../shared/errors.ts';

/** Why this kind of action is not possible on a domain now: the tooltip of its disabled button. Undefined where it is possible. */
export function whyNot(_kind: DomainAction['action'], row: DomainRow): Problem | undefined {
  if (!row.facts.control) return undefined;
  return {
    code: 'control-domain',
    message: 'This is the control domain: it runs the host, and Hum changes nothing about it.',
    hint: 'Use a shell on the host if you mean it.',
  };
}
