import { Button } from '@mantine/core';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { ruleKinds, ruleValue } from '../../shared/alert-rules.ts';
import type { PendingView } from '../../shared/contract/alerts.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { useKeys } from '../app/keys.ts';
import { go, incidentPath } from '../app/paths.ts';
import { useTitle } from '../app/use-title.ts';
import { NagiosBeside } from '../channels/NagiosBeside.tsx';
import { FilterField } from '../components/FilterField.tsx';
import bar from '../components/SelectionBar.module.css';
import { toggled } from '../components/toggled.ts';
import library from '../templates/templates.module.css';
import { unacknowledge } from './actions.ts';
import { IncidentDialog, type IncidentTask } from './IncidentDialog.tsx';
import { IncidentLine } from './IncidentLine.tsx';
import { IncidentsTabs } from './IncidentsTabs.tsx';
import { incidentCount, inOrder, matches, readIncidentQuery } from './incident-words.ts';
import classes from './incidents.module.css';
import { Past } from './Past.tsx';
import { useIncidents } from './store.ts';

const shownAtFirst = 200;

/** What fires, what is about to, and what has been. */
export function IncidentsPage(): ReactNode {
  useTitle('Incidents');
  const { loaded, open, pending, problem } = useIncidents();
  const [filter, setFilter] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [here, setHere] = useState<string | null>(null);
  const [most, setMost] = useState(shownAtFirst);
  const [task, setTask] = useState<IncidentTask | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const query = useMemo(() => readIncidentQuery(filter), [filter]);
  const found = useMemo(() => inOrder([...open.values()].filter((each) => matches(each, query.terms))), [open, query]);
  const shown = found.slice(0, most);
  const picked = [...chosen].filter((id) => open.has(id));
  /** What a key does something with: what is selected, or else where the cursor is. */
  const targets = picked.length > 0 ? picked : here !== null && open.has(here) ? [here] : [];

  const move = (by: number) => {
    if (shown.length === 0) return;
    const at = shown.findIndex(({ id }) => id === here);
    const next = shown[Math.max(0, Math.min(shown.length - 1, at < 0 ? (by > 0 ? 0 : shown.length - 1) : at + by))];
    if (next === undefined) return;
    setHere(next.id);
    list.current?.querySelector<HTMLElement>(`[data-id="${next.id}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const choose = (id: string) => setChosen((before) => toggled(before, id));
  const ask = (what: IncidentTask['what']) => targets.length > 0 && setTask({ what, ids: targets });
  useKeys({
    '/': () => field.current?.focus(),
    j: () => move(1),
    arrowdown: () => move(1),
    k: () => move(-1),
    arrowup: () => move(-1),
    home: () => move(-shown.length),
    end: () => move(shown.length),
    enter: () => here !== null && go(incidentPath(here)),
    x: () => here !== null && choose(here),
    'ctrl+a': () => setChosen(new Set(shown.map(({ id }) => id))),
    a: () => ask('acknowledge'),
    z: () => ask('snooze'),
    n: () => ask('note'),
    escape: () => (picked.length > 0 ? setChosen(new Set()) : setFilter('')),
  });

  return (
    <div className={library.page} aria-busy={!loaded}>
      <header className={library.head}>
        <h1 className="hum-unseen">Incidents</h1>
        <IncidentsTabs />
        <FilterField
          label="Filter incidents"
          placeholder="Filter: host:web severity:critical -state:snoozed"
          filter={filter}
          onChange={setFilter}
          error={query.errors[0]}
          field={field}
          onLeave={() => field.current?.blur()}
        />
        <span className={`hum-mono ${library.count}`} role="status">
          {loaded ? `${incidentCount(found.length)} open` : ''}
        </span>
      </header>
      {problem === null ? null : (
        <div className={library.problem} role="alert">
          <ProblemText problem={problem} />
        </div>
      )}
      {loaded && open.size === 0 ? (
        <div className={classes.allWell}>
          <h2>All is well</h2>
          <p>Nothing fires. What Hum watches, and from which level on, stands under Rules.</p>
        </div>
      ) : null}
      {open.size > 0 && found.length === 0 ? <p className={classes.about}>No open incident answers this filter.</p> : null}
      <ol ref={list} className={classes.lines} aria-label="Open incidents, what fires first" hidden={found.length === 0}>
        {shown.map((incident) => (
          <IncidentLine
            key={incident.id}
            incident={incident}
            here={incident.id === here}
            chosen={chosen.has(incident.id)}
            onChoose={choose}
          />
        ))}
      </ol>
      {found.length > shown.length ? (
        <Button variant="default" size="compact-sm" onClick={() => setMost(most + shownAtFirst)}>
          Show {Math.min(shownAtFirst, found.length - shown.length)} more
        </Button>
      ) : null}
      {picked.length === 0 ? null : (
        <div className={classes.selection} role="toolbar" aria-label="The selected incidents">
          <strong className={bar.count}>{incidentCount(picked.length)} selected</strong>
          <button type="button" className={bar.act} onClick={() => ask('acknowledge')}>
            Acknowledge… <kbd className="hum-key">a</kbd>
          </button>
          <button type="button" className={bar.act} onClick={() => ask('snooze')}>
            Snooze… <kbd className="hum-key">z</kbd>
          </button>
          <button type="button" className={bar.act} onClick={() => ask('note')}>
            Note… <kbd className="hum-key">n</kbd>
          </button>
          <button type="button" className={bar.act} onClick={() => void unacknowledge(picked)}>
            Let fire again
          </button>
          <button type="button" className={bar.clear} onClick={() => setChosen(new Set())}>
            Clear <kbd className="hum-key">Esc</kbd>
          </button>
        </div>
      )}
      <Pending pending={pending} />
      <NagiosBeside />
      <Past terms={query.terms} />
      <IncidentDialog
        task={task}
        onClose={() => {
          setTask(null);
          if (picked.length > 0) setChosen(new Set());
        }}
      />
    </div>
  );
}

function Pending({ pending }: { readonly pending: readonly PendingView[] }): ReactNode {
  if (pending.length === 0) return null;
  return (
    <section className={classes.block} aria-labelledby="pending">
      <h2 id="pending">Bad, but not yet an incident</h2>
      <ul className={classes.pending}>
        {pending.slice(0, 20).map(({ hostId, host, part, rule, value, held }) => (
          <li key={`${hostId} ${rule} ${part}`}>
            <span className={classes.pendingHost}>
              {visibleText(host, 100)}
              {part === null ? '' : `, ${part}`}
            </span>
            <span>{ruleKinds[rule].name}</span>
            <span className="hum-mono">{ruleValue(ruleKinds[rule].unit, value)}</span>
            <span className={classes.about}>{held === null ? 'It has not lasted long enough.' : visibleText(held, 300)}</span>
          </li>
        ))}
      </ul>
      {pending.length > 20 ? <p className={classes.about}>And {pending.length - 20} more.</p> : null}
    </section>
  );
}
