import { NumberInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { keptMs, leastHistoryBytes, mostHistoryBytes } from '../../shared/history-limits.ts';
import { formatBytes } from '../../shared/units.ts';
import { ProblemText } from '../app/act.tsx';
import { changeSettings, useSettings } from '../app/settings.ts';
import { hostCount } from '../components/host-count.ts';
import { useHistory } from '../history/store.ts';
import classes from './settings.module.css';
import { whatItBuys } from './what-it-buys.ts';

const gibibyte = 2 ** 30;

/** How much disk the history may take, with what that buys and what it takes. */
export function HistorySetting(): ReactNode {
  const limitBytes = useSettings((settings) => settings.settings?.history.limitBytes);
  const state = useHistory((history) => history.state);
  const [typed, setTyped] = useState<number | string | null>(null);
  if (limitBytes === undefined) return null;
  const shown = typed ?? Math.round((limitBytes / gibibyte) * 100) / 100;
  const bytes = Math.round(Number(shown) * gibibyte);
  const valid = shown !== '' && bytes >= leastHistoryBytes && bytes <= mostHistoryBytes;
  const take = () => {
    if (!valid) return;
    if (typed !== null && bytes !== limitBytes) void changeSettings({ history: { limitBytes: bytes } });
    setTyped(null);
  };
  return (
    <section className={classes.row}>
      <div>
        <h2 id="setting-history">History</h2>
        <p>
          What Hum samples is kept: each sample for {days(keptMs.sample)}, the minutes for {days(keptMs.minute)}, the hours for{' '}
          {days(keptMs.hour)}.
        </p>
        {state === null ? null : (
          <>
            <p>{whatItBuys(valid ? bytes : limitBytes, state)}</p>
            <p>
              It takes <span className="hum-mono">{formatBytes(state.bytes)}</span> now, of {hostCount(state.hosts)}.
            </p>
            {state.problem === null ? null : <ProblemText problem={state.problem} />}
          </>
        )}
      </div>
      <NumberInput
        className={classes.size ?? ''}
        aria-labelledby="setting-history"
        suffix=" GiB"
        value={shown}
        min={leastHistoryBytes / gibibyte}
        max={mostHistoryBytes / gibibyte}
        decimalScale={2}
        allowNegative={false}
        clampBehavior="none"
        error={valid ? null : '0.07 to 1,024 GiB'}
        onChange={setTyped}
        onBlur={take}
        onKeyDown={(event) => event.key === 'Enter' && take()}
      />
    </section>
  );
}

const days = (ms: number) => `${Math.round(ms / 86_400_000)} days`;
