import { useEffect, useState } from 'react';
import type { RuleId, RuleSettings } from '../../shared/alert-rules.ts';
import type { RuleScope, RuleTrial } from '../../shared/contract/alerts.ts';
import type { Problem } from '../../shared/errors.ts';
import { subscribe } from '../app/client.ts';

const typingPauseMs = 500;

/** When the rule as it is edited would have fired; null until something is known. */
export function useTrial(
  rule: RuleId,
  scope: RuleScope,
  settings: RuleSettings | null,
): { readonly trial: RuleTrial | null; readonly problem: Problem | null } {
  const [answer, setAnswer] = useState<{ readonly key: string; readonly trial: RuleTrial | null; readonly problem: Problem | null } | null>(
    null,
  );
  const key = JSON.stringify([rule, scope, settings]);
  useEffect(() => {
    const [wantedRule, wantedScope, wanted] = JSON.parse(key) as [RuleId, RuleScope, RuleSettings | null];
    if (wanted === null || !wanted.enabled) return undefined;
    let stop: (() => void) | undefined;
    const timer = setTimeout(() => {
      stop = subscribe(
        (console, signal) => console.alerts.tryRule({ rule: wantedRule, scope: wantedScope, settings: wanted }, { signal }),
        (trial) => setAnswer({ key, trial, problem: null }),
        { onProblem: (problem) => setAnswer({ key, trial: null, problem }) },
      );
    }, typingPauseMs);
    return () => {
      clearTimeout(timer);
      stop?.();
    };
  }, [key]);
  return answer?.key === key ? answer : { trial: null, problem: null };
}
