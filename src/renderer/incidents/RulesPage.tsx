import { type ReactNode, useCallback } from 'react';
import { Link } from 'wouter';
import { type RuleId, type RuleKind, type RuleSettings, ruleIds, ruleKinds, ruleValue } from '../../shared/alert-rules.ts';
import type { SetRule } from '../../shared/contract/alerts.ts';
import { ProblemText } from '../app/act.tsx';
import { rulesPath } from '../app/paths.ts';
import { useTitle } from '../app/use-title.ts';
import { useFleet } from '../fleet/store.ts';
import library from '../templates/templates.module.css';
import { Downtimes } from './Downtimes.tsx';
import { IncidentsTabs } from './IncidentsTabs.tsx';
import classes from './incidents.module.css';
import { RuleEditor } from './RuleEditor.tsx';
import { useRules } from './use-rules.ts';

/** What is watched, from which level on, and where that is set. */
export function RulesPage({ rule }: { readonly rule: string | null }): ReactNode {
  useTitle('Rules');
  const { view, problem, take } = useRules();
  const nameOf = useCallback((host: string) => useFleet.getState().rows.get(host)?.host.name ?? 'a host that is gone', []);
  const shown: RuleId = ruleIds.find((each) => each === rule) ?? 'memory-used';
  return (
    <div className={library.page} aria-busy={view === null && problem === null}>
      <header className={library.head}>
        <h1 className="hum-unseen">Rules</h1>
        <IncidentsTabs />
      </header>
      {problem === null ? null : (
        <div className={library.problem} role="alert">
          <ProblemText problem={problem} />
        </div>
      )}
      {view === null ? null : (
        <>
          <div className={classes.rules}>
            <nav aria-label="Rules">
              <ul className={classes.kinds}>
                {ruleIds.map((id) => (
                  <li key={id}>
                    <KindLine kind={ruleKinds[id]} rules={view.rules.filter((each) => each.rule === id)} here={id === shown} />
                  </li>
                ))}
              </ul>
            </nav>
            <RuleEditor key={shown} rule={shown} rules={view.rules} nameOf={nameOf} onChange={take} />
          </div>
          <Downtimes downtimes={view.downtimes} nameOf={nameOf} onChange={take} />
        </>
      )}
    </div>
  );
}

interface KindLineProps {
  readonly kind: RuleKind;
  readonly rules: readonly SetRule[];
  readonly here: boolean;
}

function KindLine({ kind, rules, here }: KindLineProps): ReactNode {
  const settings = rules.find(({ scope }) => scope.kind === 'fleet')?.settings ?? kind.defaults;
  const others = rules.filter(({ scope }) => scope.kind !== 'fleet').length;
  return (
    <Link href={`${rulesPath}/${kind.id}`} className={classes.kind ?? ''} aria-current={here ? 'true' : undefined}>
      <span>{kind.name}</span>
      <span className="hum-mono">{levelWords(kind, settings)}</span>
      <span className={classes.about}>{others === 0 ? '' : `and ${others} of ${others === 1 ? 'its' : 'their'} own`}</span>
    </Link>
  );
}

function levelWords({ unit, worse }: RuleKind, { enabled, warning, critical }: RuleSettings): string {
  if (!enabled) return 'off';
  const sign = worse === 'higher' ? '≥' : '≤';
  return [warning, critical].flatMap((levels) => (levels === null ? [] : [`${sign} ${ruleValue(unit, levels.set)}`])).join(' · ');
}
