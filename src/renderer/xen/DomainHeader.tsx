import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconChevronDown, IconTerminal2 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { DomainRow } from '../../shared/contract/xen.ts';
import type { Problem } from '../../shared/errors.ts';
import { formatDuration } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { domainConsolePath, domainPath, domainsPath, go, hostPath } from '../app/paths.ts';
import { useEachSecond } from '../components/ticker.ts';
import { askRemoval } from '../deploy/removal.ts';
import { consoleNow, useFleetRow } from '../fleet/store.ts';
import { templateFromDomain } from '../templates/actions.ts';
import { askAction } from './action-dialog.ts';
import { type ActionKind, actionWords } from './action-words.ts';
import { DomainStateMark } from './DomainStateMark.tsx';
import classes from './domain.module.css';
import { domainStateLooks, isUp } from './domain-states.ts';
import { uptimeOf } from './figures.ts';
import { whyNot } from './possible.ts';
import { useXen } from './store.ts';
import { useUsedTwice } from './use-used-twice.ts';

/** Which domain it is, how it is, and what can be done about it. */
export function DomainHeader({ row, streamProblem }: { readonly row: DomainRow; readonly streamProblem: Problem | null }): ReactNode {
  const host = useFleetRow(row.host);
  const xenProblem = useXen((state) => state.hosts.get(row.host)?.problem);
  const problem = host?.status.problem ?? xenProblem ?? streamProblem;
  return (
    <header className={classes.header}>
      <div className={classes.titleLine}>
        <Tooltip label="Back to the VMs (u)">
          <ActionIcon variant="subtle" color="gray" size={28} onClick={() => go(domainsPath)} aria-label="Back to the VMs">
            <IconArrowLeft size={18} />
          </ActionIcon>
        </Tooltip>
        <h1 className={`hum-mono ${classes.name}`} dir="auto">
          {visibleText(row.name, 120) || 'no name'}
        </h1>
        <span className={classes.state} data-tip={domainStateLooks[row.load.state].meaning}>
          <DomainStateMark state={row.load.state} />
          <Uptime row={row} />
        </span>
        <span className={classes.spacer} />
        <span className={classes.where}>
          on{' '}
          <a className="hum-mono" href={`#${hostPath(row.host)}`}>
            {visibleText(host?.host.name ?? row.host, 80)}
          </a>
        </span>
      </div>
      {row.facts.control ? (
        <p className={classes.note}>
          This is the control domain: it runs the toolstack of the host, and nothing can be done to it from here.
        </p>
      ) : (
        <Actions row={row} />
      )}
      {problem ? (
        <div className={classes.problem} role="status">
          <ProblemText problem={problem} />
        </div>
      ) : null}
      <Notes row={row} />
    </header>
  );
}

function Uptime({ row }: { readonly row: DomainRow }): ReactNode {
  const text = useEachSecond(() => {
    const uptime = uptimeOf(row, consoleNow());
    return uptime === null ? null : formatDuration(uptime);
  });
  return text === null ? null : <span className={`hum-mono ${classes.since}`}>up {text}</span>;
}

const more: readonly ActionKind[] = ['rename', 'set-autostart', 'save', 'restore', 'migrate', 'destroy'];

/** Those that fit the state stand first; what is not possible says why. */
function Actions({ row }: { readonly row: DomainRow }): ReactNode {
  const up = isUp(row.load.state);
  const first: readonly ActionKind[] =
    row.load.state === 'paused' ? ['unpause', 'shutdown', 'reboot'] : up ? ['shutdown', 'reboot', 'pause'] : ['start', 'restore'];
  const dead = row.load.state === 'crashed' || row.load.state === 'shut-down';
  const shown: readonly ActionKind[] = dead ? ['destroy'] : [...first, ...(up ? (['set-memory', 'set-vcpus'] as const) : [])];
  return (
    <div className={classes.actions}>
      {shown.map((kind) => (
        <ActionButton key={kind} kind={kind} row={row} />
      ))}
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="default" size="compact-sm" h={28} rightSection={<IconChevronDown size={12} />}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {more
            .filter((kind) => !shown.includes(kind))
            .map((kind) => {
              const why = whyNot(kind, row);
              return (
                <Menu.Item
                  key={kind}
                  disabled={why !== undefined}
                  title={why ? `${why.message} ${why.hint}` : undefined}
                  onClick={() => askAction(kind, [row.key])}
                >
                  {actionWords[kind].label}…
                </Menu.Item>
              );
            })}
          <Menu.Divider />
          <Menu.Item onClick={() => void templateFromDomain(row)}>Make a template from this VM</Menu.Item>
          <Menu.Item onClick={() => askRemoval(row)}>Remove with its disks…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button
        component="a"
        href={`#${domainConsolePath(row.host, row.key)}`}
        variant="default"
        size="compact-sm"
        h={28}
        leftSection={<IconTerminal2 size={14} />}
        {...(row.load.id === null ? { 'data-disabled': true } : {})}
        aria-disabled={row.load.id === null}
        data-tip={row.load.id === null ? 'A VM that is off has no console.' : 'xl console, in this window'}
        onClick={(event) => row.load.id === null && event.preventDefault()}
      >
        Console
      </Button>
    </div>
  );
}

function ActionButton({ kind, row }: { readonly kind: ActionKind; readonly row: DomainRow }): ReactNode {
  const why = whyNot(kind, row);
  return (
    <Button
      variant="default"
      size="compact-sm"
      h={28}
      {...(why === undefined ? {} : { 'data-disabled': true })}
      aria-disabled={why !== undefined}
      data-tip={why ? `${why.message} ${why.hint}` : actionWords[kind].meaning}
      onClick={() => why === undefined && askAction(kind, [row.key])}
    >
      {actionWords[kind].label}…
    </Button>
  );
}

/** What is worth knowing of its name, its addresses and its file. */
function Notes({ row }: { readonly row: DomainRow }): ReactNode {
  const twice = useUsedTwice().get(row.key) ?? [];
  const { domains } = useXen.getState();
  const { facts, load } = row;
  const up = isUp(load.state);
  return (
    <>
      {facts.autostart && !up ? <p className={classes.warning}>It is to start with its host, and is not running.</p> : null}
      {up && facts.configFile === null && !facts.control ? (
        <p className={classes.warning}>It runs without a file in /etc/xen: after the next start of its host it is gone.</p>
      ) : null}
      {twice.map(({ kind, value, others }) => (
        <p key={`${kind} ${value}`} className={classes.warning}>
          {kind === 'name' ? 'The name' : 'The MAC address'} <bdi className="hum-mono">{visibleText(value, 80)}</bdi> is used twice: also by{' '}
          {others.slice(0, 4).map((key, index) => (
            <span key={key}>
              {index > 0 ? ', ' : ''}
              <OtherDomain row={domains.get(key)} />
            </span>
          ))}
          {others.length > 4 ? ` and ${others.length - 4} more` : ''}.
        </p>
      ))}
    </>
  );
}

function OtherDomain({ row }: { readonly row: DomainRow | undefined }): ReactNode {
  const host = useFleetRow(row?.host ?? '');
  if (!row) return null;
  return (
    <a className="hum-mono" href={`#${domainPath(row.host, row.key)}`}>
      {visibleText(row.name, 60)} on {visibleText(host?.host.name ?? row.host, 60)}
    </a>
  );
}
