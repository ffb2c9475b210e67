import { Spotlight } from '@mantine/spotlight';
import { IconSearch, IconTerminal2 } from '@tabler/icons-react';
import { type ReactNode, useMemo, useState } from 'react';
import type { HostState } from '../../shared/contract/fleet.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { stateLooks } from '../components/host-states.ts';
import { StateIcon } from '../components/StateMark.tsx';
import { useFleet } from '../fleet/store.ts';
import { useFollowTemplates, useTemplates } from '../templates/store.ts';
import { openShells } from '../terminals/dock-store.ts';
import { DomainStateIcon } from '../xen/DomainStateMark.tsx';
import { domainStateLooks } from '../xen/domain-states.ts';
import { domainActions, openDomain, searchableDomains } from '../xen/palette-domains.ts';
import { useFollowXen, useXen } from '../xen/store.ts';
import classes from './Palette.module.css';
import { paletteActions } from './palette-actions.ts';
import { bestMatches } from './palette-search.ts';
import { go, hostPath } from './paths.ts';

const mostHosts = 12;

interface FoundHost {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly group: string | null;
  readonly state: HostState;
  readonly text: string;
}

/** Ctrl-K: goes to any host or domain, does any action. */
export function Palette(): ReactNode {
  const [query, setQuery] = useState('');
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      shortcut={['mod + K']}
      tagsToIgnore={[]}
      scrollable
      maxHeight={440}
      size={560}
      transitionProps={{ duration: 100, transition: 'fade' }}
      overlayProps={{ backgroundOpacity: 0.4 }}
      removeScrollProps={{ enabled: false }}
      classNames={{ content: classes.content ?? '', action: classes.action ?? '', actionsGroup: classes.group ?? '' }}
      attributes={{ content: { 'aria-label': 'Go to a host or do something' } }}
    >
      <Spotlight.Search placeholder="A host, a VM, a group, an action…" aria-label="Search" leftSection={<IconSearch size={16} />} />
      <Found query={query} />
    </Spotlight.Root>
  );
}

function Found({ query }: { readonly query: string }): ReactNode {
  const shape = useFleet((state) => state.shape);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` says when hosts came, went or changed their state
  const hosts = useMemo(searchableHosts, [shape]);
  useFollowXen();
  const xenShape = useXen((state) => state.shape);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `xenShape` says when domains came, went or changed their state
  const domains = useMemo(searchableDomains, [xenShape]);
  const foundDomains = useMemo(() => (query.trim() === '' ? [] : bestMatches(domains, query, mostHosts)), [domains, query]);
  // What can be done is offered for the one that is meant: the first.
  const [first] = foundDomains;
  const onDomain = first === undefined ? [] : domainActions(first.key);
  useFollowTemplates();
  const templates = useTemplates((state) => state.templates);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each template has an action of its own
  const actions = useMemo(() => bestMatches(paletteActions(), query, 20), [query, templates]);
  const found = useMemo(() => (query.trim() === '' ? [] : bestMatches(hosts, query, mostHosts)), [hosts, query]);
  const [firstHost] = found;
  return (
    <Spotlight.ActionsList>
      {found.length > 0 ? (
        <Spotlight.ActionsGroup label="Hosts">
          {found.map((host) => (
            <Spotlight.Action key={host.id} onClick={() => go(hostPath(host.id))}>
              <span className={classes.host}>
                <StateIcon state={host.state} />
                <span className={`hum-mono ${classes.name}`}>{visibleText(host.name, 120)}</span>
                <span className={classes.aside}>
                  {host.group === null ? '' : `${visibleText(host.group, 40)} · `}
                  {stateLooks[host.state].word}
                </span>
              </span>
            </Spotlight.Action>
          ))}
          {firstHost === undefined ? null : (
            <Spotlight.Action onClick={() => openShells([firstHost.id])}>
              <span className={classes.host}>
                <IconTerminal2 size={14} aria-hidden="true" />
                <span className={classes.name}>Open a shell on {visibleText(firstHost.name, 120)}</span>
              </span>
            </Spotlight.Action>
          )}
        </Spotlight.ActionsGroup>
      ) : null}
      {foundDomains.length > 0 ? (
        <Spotlight.ActionsGroup label="VMs">
          {foundDomains.map((domain) => (
            <Spotlight.Action key={domain.key} onClick={() => openDomain(domain.key)}>
              <span className={classes.host}>
                <DomainStateIcon state={domain.state} />
                <span className={`hum-mono ${classes.name}`}>{visibleText(domain.name, 120)}</span>
                <span className={classes.aside}>
                  {visibleText(domain.hostName, 40)} · {domainStateLooks[domain.state].word}
                </span>
              </span>
            </Spotlight.Action>
          ))}
          {onDomain.map((action) => (
            <Spotlight.Action key={action.id} onClick={action.run}>
              <span className={classes.host}>{action.label}</span>
            </Spotlight.Action>
          ))}
        </Spotlight.ActionsGroup>
      ) : null}
      {actions.length > 0 ? (
        <Spotlight.ActionsGroup label="Actions">
          {actions.map((action) => (
            <Spotlight.Action key={action.id} onClick={action.run}>
              <span className={classes.host}>
                <span>{action.label}</span>
                <span className={classes.aside}>{action.keys ? <kbd className="hum-key">{action.keys}</kbd> : null}</span>
              </span>
            </Spotlight.Action>
          ))}
        </Spotlight.ActionsGroup>
      ) : null}
      {found.length + foundDomains.length + actions.length === 0 ? (
        <Spotlight.Empty>No host, no VM and no action is called that.</Spotlight.Empty>
      ) : null}
    </Spotlight.ActionsList>
  );
}

function searchableHosts(): readonly FoundHost[] {
  return [...useFleet.getState().rows.values()].map(({ id, host, status }) => ({
    id,
    name: host.name,
    address: host.address,
    group: host.group,
    state: status.state,
    text: [host.name, host.address, host.group ?? '', ...host.tags].join(' ').toLowerCase(),
  }));
}
