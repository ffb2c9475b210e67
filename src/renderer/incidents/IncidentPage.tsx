import { Button, CopyButton } from '@mantine/core';
import { IconCopy, IconEye, IconMoon, IconNote } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { type RuleKind, ruleKinds, ruleValue } from '../../shared/alert-rules.ts';
import type { IncidentDetail, IncidentView, TimelineEntry } from '../../shared/contract/alerts.ts';
import type { Problem } from '../../shared/errors.ts';
import { formatDuration } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { subscribe } from '../app/client.ts';
import { useKeys } from '../app/keys.ts';
import { go, hostPath, incidentsPath, rulesPath } from '../app/paths.ts';
import { useTitle } from '../app/use-title.ts';
import { BackLink } from '../components/BackLink.tsx';
import { clockDate, clockTime } from '../components/clock-time.ts';
import { useEachSecond } from '../components/ticker.ts';
import { consoleNow } from '../fleet/store.ts';
import { unacknowledge } from './actions.ts';
import { EvidenceView } from './EvidenceView.tsx';
import { IncidentDialog, type IncidentTask } from './IncidentDialog.tsx';
import { IncidentMark } from './IncidentMark.tsx';
import { adviceOf, noteLines } from './incident-words.ts';
import classes from './incidents.module.css';

/** One incident: what it is, why, what was found on the host, and what has happened since. */
export function IncidentPage({ id }: { readonly id: string }): ReactNode {
  useTitle('Incident');
  const [detail, setDetail] = useState<IncidentDetail | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [task, setTask] = useState<IncidentTask['what'] | null>(null);
  useEffect(
    () => subscribe((console, signal) => console.alerts.watchIncident({ id }, { signal }), setDetail, { onProblem: setProblem }),
    [id],
  );
  const back = () => go(incidentsPath);
  const ask = (what: IncidentTask['what']) => detail !== null && detail.incident.state !== 'resolved' && setTask(what);
  useKeys({ u: back, escape: back, a: () => ask('acknowledge'), z: () => ask('snooze'), n: () => ask('note') });
  return (
    <div className={classes.page} aria-busy={detail === null && problem === null}>
      <BackLink to={incidentsPath}>Incidents</BackLink>
      {problem === null ? null : (
        <div className={classes.problem} role="alert">
          <ProblemText problem={problem} />
        </div>
      )}
      {detail === null ? null : (
        <>
          <Head detail={detail} onAsk={ask} />
          <div className={classes.columns}>
            <div>{detail.evidence === null ? <NoEvidence incident={detail.incident} /> : <EvidenceView evidence={detail.evidence} />}</div>
            <Timeline timeline={detail.timeline} />
          </div>
        </>
      )}
      <IncidentDialog task={task === null ? null : { what: task, ids: [id] }} onClose={() => setTask(null)} />
    </div>
  );
}

interface HeadProps {
  readonly detail: IncidentDetail;
  readonly onAsk: (what: IncidentTask['what']) => void;
}

function Head({ detail: { incident, text }, onAsk }: HeadProps): ReactNode {
  const { id, hostId, host, summary, why, clears, lookAt, state, worst, note, acknowledgedBy, snoozedUntil } = incident;
  const kind = (ruleKinds as Readonly<Record<string, RuleKind>>)[incident.rule];
  const open = state !== 'resolved';
  return (
    <>
      <header className={classes.head}>
        <div className={classes.title}>
          <h1>{summary}</h1>
          <div className={classes.facts}>
            <IncidentMark incident={incident} />
            <span>
              since {clockDate(incident.since)}, <Lasted incident={incident} />
            </span>
            {worst === null || kind === undefined || (kind.unit === 'count' && worst <= 1) ? null : (
              <span>worst {ruleValue(kind.unit, worst)}</span>
            )}
            {acknowledgedBy === null ? null : <span>acknowledged by {visibleText(acknowledgedBy, 60)}</span>}
            {snoozedUntil === null ? null : <span>snoozed until {clockDate(snoozedUntil)}</span>}
            <Link href={hostPath(hostId)}>The page of {host}</Link>
            <Link href={`${rulesPath}/${incident.rule}`}>The rule</Link>
          </div>
        </div>
        <div className={classes.actions}>
          {open ? (
            <>
              <Button size="compact-sm" variant="default" leftSection={<IconEye size={14} />} onClick={() => onAsk('acknowledge')}>
                Acknowledge
              </Button>
              <Button size="compact-sm" variant="default" leftSection={<IconMoon size={14} />} onClick={() => onAsk('snooze')}>
                Snooze
              </Button>
              <Button size="compact-sm" variant="default" leftSection={<IconNote size={14} />} onClick={() => onAsk('note')}>
                Note
              </Button>
              {state === 'firing' ? null : (
                <Button size="compact-sm" variant="default" onClick={() => void unacknowledge([id])}>
                  Let fire again
                </Button>
              )}
            </>
          ) : null}
          <CopyButton value={text} timeout={2000}>
            {({ copied, copy }) => (
              <Button size="compact-sm" variant="default" leftSection={<IconCopy size={14} />} onClick={copy}>
                {copied ? 'Copied' : 'Copy as text'}
              </Button>
            )}
          </CopyButton>
        </div>
      </header>
      <dl className={classes.why}>
        <div>
          <dt>Why it fired</dt>
          <dd>{why}</dd>
        </div>
        <div>
          <dt>When it clears</dt>
          <dd>{open ? clears : `It was resolved at ${clockDate(incident.resolvedAt ?? 0)}.`}</dd>
        </div>
        <div>
          <dt>What to look at</dt>
          <dd>
            <ul>
              {lookAt.map((each) => {
                const { words, command } = adviceOf(each);
                return (
                  <li key={each}>
                    {words} {command === null ? null : <code className={`hum-mono ${classes.command}`}>{command}</code>}
                  </li>
                );
              })}
            </ul>
          </dd>
        </div>
        {note === '' ? null : (
          <div>
            <dt>Note</dt>
            <dd className={classes.note}>{noteLines(note)}</dd>
          </div>
        )}
      </dl>
    </>
  );
}

function Lasted({ incident: { since, resolvedAt } }: { readonly incident: IncidentView }): ReactNode {
  const ms = useEachSecond(() => Math.floor(((resolvedAt ?? consoleNow()) - since) / 1000));
  return formatDuration(ms * 1000);
}

function NoEvidence({ incident: { rule, state } }: { readonly incident: IncidentView }): ReactNode {
  const kind = (ruleKinds as Readonly<Record<string, RuleKind>>)[rule];
  if (kind?.evidence !== true) return null;
  return (
    <section className={classes.block}>
      <h2>Evidence</h2>
      <p className={classes.about}>
        {state === 'resolved' ? 'Nothing was collected on the host.' : 'The host is being asked who has its memory.'} The timeline says
        more.
      </p>
    </section>
  );
}

const kindWords: Readonly<Record<TimelineEntry['kind'], string>> = {
  opened: 'Began',
  worsened: 'Became worse',
  eased: 'Eased',
  acknowledged: 'Acknowledged',
  snoozed: 'Snoozed',
  resolved: 'Resolved',
  note: 'Note',
  evidence: 'Evidence',
  woken: 'Snooze over',
  unacknowledged: 'Fires again',
};

function Timeline({ timeline }: { readonly timeline: readonly TimelineEntry[] }): ReactNode {
  return (
    <section className={classes.block} aria-labelledby="timeline">
      <h2 id="timeline">What happened</h2>
      <ol className={classes.timeline}>
        {timeline.map(({ at, kind, text, by }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries are only added at the end
          <li key={index} data-kind={kind}>
            <time className="hum-mono" dateTime={new Date(at).toISOString()} title={clockDate(at)}>
              {clockTime(at)}
            </time>
            <div>
              <strong>
                {kindWords[kind]}
                {by === null ? '' : ` by ${visibleText(by, 60)}`}
              </strong>
              {text === '' ? null : <p>{noteLines(text)}</p>}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
