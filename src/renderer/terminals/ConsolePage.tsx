import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconSearch } from '@tabler/icons-react';
import { type ReactNode, useCallback, useEffect, useRef } from 'react';
import type { DomainRow } from '../../shared/contract/xen.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { client } from '../app/client.ts';
import { connectionIs } from '../app/connection.ts';
import { domainPath, go, hostPath } from '../app/paths.ts';
import { useFleetRow } from '../fleet/store.ts';
import { DomainStateMark } from '../xen/DomainStateMark.tsx';
import { Terminal, type TerminalHandle } from './Terminal.tsx';
import type { OpenTerminal } from './terminal-link.ts';
import classes from './terminals.module.css';
import { useDomainRow } from './use-domain-row.ts';
import { vncAdvice } from './vnc-advice.ts';

/** The console of one domain, by its host's inventory id and its key. */
export function ConsolePage({ host, domain }: { readonly host: string; readonly domain: string }): ReactNode {
  const row = useDomainRow(host, domain);
  const name = visibleText(row?.name ?? domain.slice(host.length + 1), 120);
  const back = useRef<HTMLButtonElement>(null);
  const terminal = useRef<TerminalHandle>(null);
  useTitle(name);
  const open = useCallback<OpenTerminal>(
    async (size, signal) => {
      await connectionIs(['connected'], signal);
      return client.terminals.openConsole({ domain: { host, key: domain }, size }, { signal });
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
        <Vnc row={row} />
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
      <Terminal open={open} label={`Console of ${name}`} onLeave={() => back.current?.focus()} handle={terminal} />
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

function Vnc({ row }: { readonly row: DomainRow | null }): ReactNode {
  const vnc = row?.facts.vnc ?? null;
  if (vnc === null) return null;
  return (
    <Tooltip label={vncAdvice(vnc)} multiline maw={360}>
      <button type="button" className={classes.vnc}>
        VNC <span className="hum-mono">{visibleText(vnc, 60)}</span>
      </button>
    </Tooltip>
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
