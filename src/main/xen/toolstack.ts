import type { Toolstack } from '../../shared/contract/xen.ts';
import type { RunningDomain } from './running-domain.ts';
import { parseXlDomains } from './xl-domains.ts';
import { parseXmDomains } from './xm-domains.ts';

/**
 * How a toolstack tells of its domains at length. What else it prints, the table, the uptimes and the state of the host, looks the same
 * for xl and xm. A toolstack that is not here (xe) is named to the person, and not asked.
 */
export interface ToolstackReader {
  /** Undefined when the text is not what the toolstack prints. */
  domains(text: string): RunningDomain[] | undefined;
}

export const toolstackReaders: { readonly [Name in Toolstack]?: ToolstackReader } = {
  xl: { domains: parseXlDomains },
  xm: { domains: parseXmDomains },
};
