import { Button, SegmentedControl } from '@mantine/core';
import { IconPencil, IconRefresh } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { ConfigDifference, DomainConfig, DomainRow } from '../../shared/contract/xen.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { CodeText } from '../components/CodeText.tsx';
import { DiffView } from '../components/DiffView.tsx';
import { ConfigEditor } from './ConfigEditor.tsx';
import classes from './config.module.css';
import { useConfig } from './use-config.ts';

type Tab = 'differences' | 'file' | 'running' | 'diff';

/** The configuration of a domain: its file, what runs, and what differs. Asked of the host when the page opens. */
export function ConfigSection({ row }: { readonly row: DomainRow }): ReactNode {
  const { config, problem, asking, ask } = useConfig(row);
  const [tab, setTab] = useState<Tab | null>(null);
  const [editing, setEditing] = useState(false);
  if (row.facts.control) return null;
  const disk = config?.disk ?? null;
  return (
    <section className={classes.section} aria-label="Configuration">
      <div className={classes.head}>
        <h2 className={classes.title}>Configuration</h2>
        <span className={`hum-mono ${classes.path}`}>{disk ? visibleText(disk.path, 160) : ''}</span>
        <span className={classes.spacer} />
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          h={28}
          leftSection={<IconRefresh size={14} />}
          onClick={ask}
          aria-busy={asking}
        >
          Read again
        </Button>
        {disk && !editing ? (
          <Button variant="default" size="compact-sm" h={28} leftSection={<IconPencil size={14} />} onClick={() => setEditing(true)}>
            Edit…
          </Button>
        ) : null}
      </div>
      {row.facts.configIsProgram ? (
        <p className={classes.quiet}>This file is a program in Python, as xm reads it. It is shown as it is; Hum does not run it.</p>
      ) : null}
      {problem ? (
        <div className={classes.problem} role="status">
          <ProblemText problem={problem} />
        </div>
      ) : null}
      {editing && disk ? (
        <ConfigEditor
          row={row}
          file={disk}
          onClose={() => {
            setEditing(false);
            ask();
          }}
        />
      ) : config ? (
        <Views config={config} tab={tab} onTab={setTab} />
      ) : problem ? null : (
        <p className={classes.quiet}>Reading the file and what runs…</p>
      )}
    </section>
  );
}

function Views({
  config,
  tab,
  onTab,
}: {
  readonly config: DomainConfig;
  readonly tab: Tab | null;
  readonly onTab: (tab: Tab) => void;
}): ReactNode {
  const { disk, running, differences } = config;
  const tabs: { value: Tab; label: string }[] = [];
  if (disk && running !== null) tabs.push({ value: 'differences', label: `Differences (${differences.length})` });
  if (disk) tabs.push({ value: 'file', label: 'File' });
  if (running !== null) tabs.push({ value: 'running', label: 'What runs' });
  if (disk && running !== null) tabs.push({ value: 'diff', label: 'Line by line' });
  const shown = tabs.find(({ value }) => value === tab)?.value ?? tabs[0]?.value;
  if (shown === undefined) return <p className={classes.quiet}>There is no file for it in /etc/xen, and it does not run.</p>;
  return (
    <>
      {disk === null ? (
        <p className={classes.quiet}>There is no file for it in /etc/xen. This is what runs, written as a configuration.</p>
      ) : null}
      {tabs.length > 1 ? <SegmentedControl size="xs" data={tabs} value={shown} onChange={(value) => onTab(value as Tab)} /> : null}
      {config.addresses.length > 0 ? (
        <p className={classes.quiet}>
          Addresses, as the guest tells:{' '}
          <span className="hum-mono">{config.addresses.map((each) => visibleText(each, 60)).join(', ')}</span>
        </p>
      ) : null}
      {shown === 'differences' ? <Differences differences={differences} /> : null}
      {shown === 'file' ? <CodeText text={disk?.text ?? ''} label="The file" /> : null}
      {shown === 'running' ? <CodeText text={running ?? ''} label="What runs" /> : null}
      {shown === 'diff' ? <DiffView before={disk?.text ?? ''} after={running ?? ''} label="From the file to what runs" /> : null}
    </>
  );
}

function Differences({ differences }: { readonly differences: readonly ConfigDifference[] }): ReactNode {
  if (differences.length === 0) return <p className={classes.quiet}>The file says what runs.</p>;
  return (
    <table className={classes.differences}>
      <thead>
        <tr>
          <th scope="col">Setting</th>
          <th scope="col">In the file</th>
          <th scope="col">Running</th>
        </tr>
      </thead>
      <tbody className="hum-mono">
        {differences.map(({ setting, disk, running }) => (
          <tr key={setting}>
            <th scope="row">{visibleText(setting, 80)}</th>
            <td>{disk === null ? '–' : visibleText(disk, 400)}</td>
            <td>{running === null ? '–' : visibleText(running, 400)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
