import { Button, NumberInput, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { RemovalDisk } from '../../shared/contract/deploy.ts';
import type { Problem } from '../../shared/errors.ts';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import { toggled } from '../components/toggled.ts';
import classes from './deploy.module.css';
import { PlannedSteps } from './PlannedSteps.tsx';
import { type AskedRemoval, closeRemoval, keptWords, whyNotOffered } from './removal.ts';
import { useRemovalPreview } from './use-removal-preview.ts';

interface RemovalAskProps {
  readonly removal: AskedRemoval;
  readonly onStarted: (plan: string) => void;
}

const nothingTicked: ReadonlySet<string> = new Set();

/** What belongs to the VM, its disks to be ticked by hand, and what would be done. Nothing has been done yet. */
export function RemovalAsk({ removal: { host, key, name }, onStarted }: RemovalAskProps): ReactNode {
  const [ticked, setTicked] = useState(nothingTicked);
  const [keepDays, setKeepDays] = useState<number | null>(7);
  const [confirmed, setConfirmed] = useState('');
  const [round, setRound] = useState(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const disks = [...ticked];
  const domain = { host, key };
  const asked = useRemovalPreview(domain, disks, keepDays ?? 7, round);
  const { preview, current } = asked;
  const ready = preview !== null && current && asked.problem === null && keepDays !== null && confirmed === name && !busy;
  const shown = visibleText(name, 200);

  const start = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || !preview || keepDays === null) return;
    setBusy(true);
    setProblem(null);
    try {
      const { plan } = await client.deploy.remove({ domain, disks, keepDays, digest: preview.digest, confirmed });
      onStarted(plan);
    } catch (error) {
      const found = problemFrom(error);
      setProblem(found);
      setBusy(false);
      if (found.code === 'plan-changed') setRound((before) => before + 1);
    }
  };

  const trouble = problem ?? asked.problem;
  return (
    <form className={classes.removal} onSubmit={(event) => void start(event)} noValidate>
      <p className={classes.lead}>Takes the VM and its configuration off its host. Its disks stay, but for those that you tick.</p>
      {preview ? <Disks disks={preview.disks} ticked={ticked} onTick={(path) => setTicked(toggled(ticked, path))} /> : null}
      <NumberInput
        label="Days in the trash folder"
        description={keptWords(ticked.size, keepDays ?? 7)}
        classNames={{ input: 'hum-mono' }}
        value={keepDays ?? ''}
        onChange={(value) => setKeepDays(typeof value === 'number' && Number.isInteger(value) ? value : null)}
        min={0}
        max={365}
        allowDecimal={false}
        allowNegative={false}
        clampBehavior="strict"
      />
      {preview ? (
        <>
          {preview.files.length > 0 ? (
            <section aria-labelledby="removal-files">
              <h3 id="removal-files">Goes with it</h3>
              <ul className={`hum-mono ${classes.files}`}>
                {preview.files.map((file) => (
                  <li key={file}>{visibleText(file, 300)}</li>
                ))}
              </ul>
            </section>
          ) : null}
          <section className={classes.planned} aria-labelledby="removal-steps" data-current={current}>
            <h3 id="removal-steps">What will be done</h3>
            <PlannedSteps steps={preview.steps} host={host} label={`Steps of removing ${shown}`} />
          </section>
        </>
      ) : asked.problem ? null : (
        <p className={classes.wait} role="status">
          Looking at what belongs to it…
        </p>
      )}
      <TextInput
        label={
          <>
            Type its name, <bdi className="hum-mono">{shown}</bdi>, to remove it
          </>
        }
        classNames={{ input: 'hum-mono', root: classes.confirm ?? '' }}
        value={confirmed}
        onChange={(event) => setConfirmed(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
      />
      <div role="alert" className={classes.alert}>
        {trouble ? (
          <div className={classes.problem}>
            <ProblemText problem={trouble} />
          </div>
        ) : null}
      </div>
      <div className={classes.dialogFooter}>
        <span className={classes.spacer} />
        <Button variant="default" onClick={closeRemoval}>
          Cancel
        </Button>
        <Button type="submit" color="red" disabled={!ready}>
          Remove {visibleText(name, 60)}
          {ticked.size === 0 ? '' : ticked.size === 1 ? ' and its disk' : ` and ${ticked.size} disks`}
        </Button>
      </div>
    </form>
  );
}

interface DisksProps {
  readonly disks: readonly RemovalDisk[];
  readonly ticked: ReadonlySet<string>;
  readonly onTick: (path: string) => void;
}

function Disks({ disks, ticked, onTick }: DisksProps): ReactNode {
  return (
    <section aria-labelledby="removal-disks">
      <h3 id="removal-disks">Disks</h3>
      {disks.length === 0 ? (
        <p className={classes.about}>It has none.</p>
      ) : (
        <ul className={classes.disks}>
          {disks.map((disk) => (
            <li key={disk.path}>
              <Disk disk={disk} ticked={ticked.has(disk.path)} onTick={() => onTick(disk.path)} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Disk({ disk, ticked, onTick }: { readonly disk: RemovalDisk; readonly ticked: boolean; readonly onTick: () => void }): ReactNode {
  const why = whyNotOffered(disk);
  return (
    <label className={classes.disk} data-shared={why === null ? undefined : true}>
      <input type="checkbox" checked={ticked} disabled={why !== null && !ticked} onChange={onTick} />
      <span className="hum-mono">{visibleText(disk.path, 300)}</span>
      <span className="hum-mono">{disk.bytes === null ? 'size not known' : formatBytes(disk.bytes)}</span>
      {why !== null || disk.seed ? (
        <span className={classes.why}>{why ?? 'A seed of cloud-init; other hosts may use it, too.'}</span>
      ) : null}
    </label>
  );
}
