import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { type ReactNode, useDeferredValue, useMemo, useRef, useState } from 'react';
import { firstTerminalSettings } from '../../shared/first-terminal-settings.ts';
import { foldNames } from '../../shared/fold-names.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { useSettings } from '../app/settings.ts';
import { FilterField } from '../components/FilterField.tsx';
import { hostCount } from '../components/host-count.ts';
import { parseQuery } from '../fleet/query.ts';
import { consoleNow, useFleet } from '../fleet/store.ts';
import { isProduction } from '../terminals/marks.ts';
import classes from './commands.module.css';
import { compose, useComposer } from './composer.ts';
import { hostsOf, selectionName } from './draft.ts';

/** The hosts that a command is for: named, counted and seen; or the way to choose them. */
export function Targets(): ReactNode {
  const hosts = useComposer((state) => state.hosts);
  const where = useComposer((state) => state.where);
  const [changing, setChanging] = useState(false);
  const { names, production, away } = useTargets(hosts);
  const choosing = hosts.length === 0 || changing;
  return (
    <section className={classes.targets} aria-label="The hosts">
      {hosts.length === 0 ? null : (
        <div className={classes.chosen}>
          <strong className={classes.targetCount}>
            {hostCount(hosts.length)}: <span className="hum-mono">{visibleText(where, 200)}</span>
          </strong>
          {production > 0 ? (
            <span className={classes.production}>{production === hosts.length ? 'Production' : `${production} in production`}</span>
          ) : null}
          {away > 0 ? (
            <span className={classes.away}>
              <IconAlertTriangle size={14} aria-hidden="true" />
              {away} not connected
            </span>
          ) : null}
          <span className={classes.spacer} />
          <Button size="compact-sm" variant="default" aria-expanded={choosing} onClick={() => setChanging(!changing)}>
            {changing ? 'Keep these' : 'Change…'}
          </Button>
        </div>
      )}
      {hosts.length === 0 ? null : <div className={`hum-mono ${classes.names}`}>{visibleText(names, 4_000)}</div>}
      {choosing ? <Choose onChosen={() => setChanging(false)} /> : null}
    </section>
  );
}

function useTargets(hosts: readonly string[]): { readonly names: string; readonly production: number; readonly away: number } {
  const shape = useFleet((state) => state.shape);
  const labels = useSettings((state) => state.settings?.terminal.productionLabels) ?? firstTerminalSettings.productionLabels;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` says when hosts came, went or changed their state
  return useMemo(() => {
    const { rows } = useFleet.getState();
    const chosen = hosts.flatMap((id) => rows.get(id) ?? []);
    return {
      names: foldNames(chosen.map(({ host }) => host.name)),
      production: chosen.filter(({ host }) => isProduction(host, labels)).length,
      away: hosts.length - chosen.filter(({ status }) => status.state === 'online' || status.state === 'stale').length,
    };
  }, [hosts, labels, shape]);
}

function Choose({ onChosen }: { readonly onChosen: () => void }): ReactNode {
  const filter = useComposer((state) => state.filter);
  const wanted = useDeferredValue(filter);
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const shape = useFleet((state) => state.shape);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` says when hosts came, went or changed their state
  const found = useMemo(() => hostsOf(wanted, useFleet.getState().rows, consoleNow()), [wanted, shape]);
  const choose = () => {
    const hosts = found.map(({ id }) => id);
    compose({ hosts, where: selectionName(hosts, useFleet.getState().rows, filter, consoleNow()), filter: '' });
    onChosen();
  };
  return (
    <>
      <div className={classes.choosing}>
        <FilterField
          label="Find the hosts"
          placeholder="Which hosts? tag:web, group:rack1, web0, state:online"
          filter={filter}
          onChange={(text) => compose({ filter: text })}
          error={parseQuery(filter).errors[0]}
          field={field}
          onLeave={() => button.current?.focus()}
          hasKey={false}
        />
        <Button ref={button} size="compact-sm" h={30} variant="default" disabled={found.length === 0} onClick={choose}>
          {found.length === 0 ? 'No host' : `Take ${found.length === 1 ? 'this host' : `these ${hostCount(found.length)}`}`}
        </Button>
      </div>
      <div className={`hum-mono ${classes.names}`} role="status">
        {found.length === 0
          ? filter.trim() === ''
            ? ''
            : 'No host answers this.'
          : visibleText(foldNames(found.map(({ host }) => host.name)), 4_000)}
      </div>
    </>
  );
}
