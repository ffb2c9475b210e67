import type { HostRow } from '../../shared/contract/fleet.ts';
import type { HistoryRange, HistorySeriesName } from '../../shared/contract/history.ts';
import type { Runner } from '../ssh/session.ts';
import type { Sources } from './sources.ts';

/** Reads the past of a host, as the contract's `history.range`. @throws HumError `history-failed` */
export type Past = (query: {
  host: string;
  from: number;
  to: number;
  points: number;
  series?: readonly HistorySeriesName[];
}) => Promise<HistoryRange>;

/** What the rules need of the rest of the console. */
export interface AlertsDeps {
  /** The data folder; incidents and rules are `alerts.db` in it. */
  readonly dataDir: string;
  readonly sources: Sources;
  readonly row: (host: string) => HostRow | undefined;
  readonly past: Past;
  /** What asks a host about its memory, without anybody being asked for a password. @throws HumError while there is no connection */
  readonly runner: (host: string) => Pick<Runner, 'run'>;
  /** The account that acts. */
  readonly by: string;
  readonly log: { info(data: object, message: string): void; warn(data: object, message: string): void };
  /** Epoch ms. */
  readonly now?: () => number;
  /** How often what is new is written and told; null: when `tick` is called. */
  readonly tickMs?: number | null;
  /** Where a test has its own /proc and the rest. */
  readonly evidencePlace?: { readonly proc: string; readonly root: string };
}
