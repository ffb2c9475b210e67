import type { DomainAction, DomainRow } from '../../shared/contract/xen.ts';
import type { Problem } from '../../shared/errors.ts';
import * as rules from '../../shared/xen-validate/validate.ts';
import { useXen } from './store.ts';

/** Why this kind of action is not possible on a domain now: the tooltip of its disabled button. Undefined where it is possible. */
export function whyNot(kind: DomainAction['action'], row: DomainRow): Problem | undefined {
  const { hosts, domains } = useXen.getState();
  return rules.whyNot(kind, row, {
    host: (id) => hosts.get(id),
    named: (host, name) => [...domains.values()].filter((row) => row.host === host && row.name === name),
  });
}
