import { ActionIcon, Button, Popover, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconSearch } from '@tabler/icons-react';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { DomainRow } from '../../shared/contract/xen.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { client } from '../app/client.ts';
import { connectionIs } from '../app/connection.ts';
import { domainPath, go, hostPath } from '../app/paths.ts';
import { Command } from '../components/Command.tsx';
import { useFleetRow } from '../fleet/store.ts';
import { DomainStateMark } from '../xen/DomainStateMark.tsx';
import { LogButton } from './LogButton.tsx';
import { Terminal, type TerminalHandle } from './Terminal.tsx';
import type { OpenTerminal } from './terminal-link.ts';
import classes from './terminals.module.css';
import { useDomainRow } from './use-domain-row.ts';
import { vncWay } from './vnc.ts';

/** The console of one domain, by its host's inventory id and its key. */
export function ConsolePage({ host, domain }: { readonly host: string; readonly domain: string }): ReactNode {
  const row = useDomainRow(host, domain);
  const name = visibleText(row?.name ?? domain.slice(host.length + 1), 120);
  const back = useRef<HTMLButtonElement>(null);
  const terminal = useRef<TerminalHandle>(null);
  const [log, setLog] = useState<string | null>(null);
  useTitle(name);
  const open = useCallback<OpenTerminal>(
    async (size, signal, log) => {
      await connectionIs(['connected'], signal);
      return client.terminals.openConsole({ domain: { host, key: domain }, size, log }, { signal });
    },
    [host, domain],
  );
  return (
    <div className={classes.page}>
      <header className={classes.header}>
        <Tooltip label="Back to the domain">
          <ActionIcon
            ref={back}
            variant="subtle"
            color="gray"
            size={28}
            onClick={() => go(domainPath(host, domain))}
            aria-label="Back to the domain"
          >
            <IconArrowLeft size={18} />
          </ActionIcon>
        </Tooltip>
        <h1 className={`hum-mono ${classes.name}`}>{name}</h1>
        <HostLink host={host} />
        {row === null ? null : <State row={row} />}
        <span className={classes.spacer} />
        <Vnc host={host} domain={domain} row={row} />
        <LogButton log={log} size={28} onClick={() => terminal.current?.toggleLog()} />
        <Button
          variant="default"
          size="compact-sm"
          h={28}
          leftSection={<IconSearch size={16} />}
          onClick={() => terminal.current?.search()}
        >
          Find
        </Button>
      </header>
      <Terminal open={open} label={`Console of ${name}`} onLeave={() => back.current?.focus()} handle={terminal} onLog={setLog} />
      <footer className={classes.footer}>
        <span>
          <kbd className="hum-key">Ctrl</kbd> <kbd className="hum-key">]</kbd> leaves the console
        </span>
        <span>
          <kbd className="hum-key">Ctrl</kbd> <kbd className="hum-key">Shift</kbd> <kbd className="hum-key">F</kbd> finds,{' '}
          <kbd className="hum-key">C</kbd> copies, <kbd className="hum-key">V</kbd> pastes, <kbd className="hum-key">X</kbd> gives the
          keyboard back to the page
        </span>
        <span>Xen gives a console to one at a time: while it is open here, nobody else can open it.</span>
      </footer>
    </div>
  );
}

function HostLink({ host }: { readonly host: string }): ReactNode {
  const row = useFleetRow(host);
  if (row === undefined) return null;
  return (
    <a className={`hum-mono ${classes.host}`} href={`#${hostPath(host)}`}>
      {visibleText(row.host.name, 80)}
    </a>
  );
}

function State({ row }: { readonly row: DomainRow }): ReactNode {
  const { state, id } = row.load;
  return (
    <span className={classes.state}>
      <DomainStateMark state={state} />
      {id === null ? null : <span className="hum-mono"> · domain {id}</span>}
    </span>
  );
}

interface VncProps {
  readonly host: string;
  readonly domain: string;
  readonly row: DomainRow | null;
}

/** The configuration tells the port only where a person chose it: the host is asked, once for each id that the guest has. */
function useVnc({ host, domain, row }: VncProps): string | null {
  const [asked, setAsked] = useState<{ readonly id: number; readonly vnc: string | null } | null>(null);
  const id = row?.load.id ?? null;
  useEffect(() => {
    if (id === null) return undefined;
    const leaving = new AbortController();
    client.terminals.vnc({ host, key: domain }, { signal: leaving.signal }).then(
      ({ vnc }) => setAsked({ id, vnc }),
      // The console beside it says what is wrong with the host.
      () => undefined,
    );
    return () => leaving.abort();
  }, [host, domain, id]);
  return (asked !== null && asked.id === id ? asked.vnc : null) ?? row?.facts.vnc ?? null;
}

function Vnc(props: VncProps): ReactNode {
  const host = useFleetRow(props.host)?.host;
  const vnc = useVnc(props);
  if (vnc === null) return null;
  const way = host === undefined ? null : vncWay(vnc, host);
  return (
    <Popover width={460} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" size="compact-sm" h={28}>
          VNC <span className={`hum-mono ${classes.vnc}`}>{visibleText(vnc, 60)}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={classes.vncWay}>
          <p>
            This guest has a graphical screen, which is not on this console. Its host has it at{' '}
            <span className="hum-mono">{visibleText(vnc, 60)}</span>
            {way === null ? '.' : way.open === 'to-host' ? ', for itself alone.' : ', for whoever reaches that, unencrypted.'}
          </p>
          {way === null ? null : (
            <>
              <p>Bring it to your machine through SSH:</p>
              <Command text={way.tunnel} />
              <p>
                Then point a VNC viewer at <span className="hum-mono">{way.viewer}</span>
              </p>
            </>
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function useTitle(name: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = `Console of ${name} · Hum`;
    return () => {
      document.title = before;
    };
  }, [name]);
}
