import { Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { DomainRow } from '../../shared/contract/xen.ts';
import classes from '../components/SelectionBar.module.css';
import { TipArea, tipText } from '../components/TipArea.tsx';
import { askAction } from './action-dialog.ts';
import { type ActionKind, actionWords } from './action-words.ts';
import { vmCount } from './domain-count.ts';
import { whyNot } from './possible.ts';
import { useXen } from './store.ts';

const first: readonly ActionKind[] = ['start', 'shutdown', 'reboot', 'pause', 'unpause', 'set-memory', 'set-vcpus', 'set-autostart'];
const more: readonly ActionKind[] = ['save', 'restore', 'migrate', 'destroy'];

/** What can be done with the domains that are chosen. Each action counts those on which it is possible now. */
export function DomainSelection({ chosen, onClear }: { readonly chosen: ReadonlySet<string>; readonly onClear: () => void }): ReactNode {
  // Drawn anew when domains change their state, not with each figure.
  useXen((state) => state.shape);
  if (chosen.size === 0) return null;
  const { domains } = useXen.getState();
  const rows = [...chosen].flatMap((key) => domains.get(key) ?? []);
  const keys = rows.map((row) => row.key);
  const offer = (kind: ActionKind) => offerOf(kind, rows);
  return (
    <div role="toolbar" aria-label="The selected VMs">
      <TipArea tipFor={tipText} className={classes.bar ?? ''}>
        <strong className={classes.count}>{vmCount(rows.length)} selected</strong>
        {first.map((kind) => {
          const { possible, why } = offer(kind);
          return (
            <button
              key={kind}
              type="button"
              className={classes.act}
              aria-disabled={possible === 0}
              data-tip={why}
              onClick={possible > 0 ? () => askAction(kind, keys) : undefined}
            >
              {labelOf(kind)}
            </button>
          );
        })}
        <Menu position="top-start">
          <Menu.Target>
            <button type="button" className={classes.act}>
              More <IconChevronDown size={12} aria-hidden="true" />
            </button>
          </Menu.Target>
          <Menu.Dropdown>
            {more.map((kind) => {
              const { possible, why } = offer(kind);
              return (
                <Menu.Item
                  key={kind}
                  disabled={possible === 0}
                  title={possible === 0 ? why : undefined}
                  onClick={() => askAction(kind, keys)}
                >
                  {labelOf(kind)}
                </Menu.Item>
              );
            })}
          </Menu.Dropdown>
        </Menu>
        <button type="button" className={classes.clear} onClick={onClear}>
          Clear <kbd className="hum-key">Esc</kbd>
        </button>
      </TipArea>
    </div>
  );
}

function labelOf(kind: ActionKind): string {
  return `${actionWords[kind].label}…`;
}

function offerOf(kind: ActionKind, rows: readonly DomainRow[]): { readonly possible: number; readonly why: string } {
  const problems = rows.flatMap((row) => whyNot(kind, row) ?? []);
  const possible = rows.length - problems.length;
  const [problem] = problems;
  if (possible === 0 && problem) return { possible, why: `${problem.message} ${problem.hint}` };
  return { possible, why: problem ? `Possible on ${possible} of ${rows.length}. ${actionWords[kind].meaning}` : actionWords[kind].meaning };
}
