import { type ReactNode, useEffect, useState } from 'react';
import type { Adoption, JobRead } from '../../../shared/contract/backup-jobs.ts';
import type { Problem } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { ProblemText } from '../../app/act.tsx';
import { client } from '../../app/client.ts';
import { problemFrom } from '../../app/problem.ts';
import { useTitle } from '../../app/use-title.ts';
import { useFleet } from '../../fleet/store.ts';
import type { Beginning } from './beginning.ts';
import { MakeForm } from './MakeForm.tsx';
import classes from './make.module.css';

type Begun = { readonly kind: 'job'; readonly job: JobRead } | { readonly kind: 'line'; readonly adoption: Adoption };

/** Makes a backup job, or changes one. */
export function MakePage({ beginning }: { readonly beginning: Beginning }): ReactNode {
  useTitle(beginning.kind === 'edit' ? `Backup ${beginning.name}` : 'New backup');
  const loaded = useFleet((state) => state.loaded);
  const [round, setRound] = useState(0);
  const [begun, setBegun] = useState<{ readonly round: number; readonly what: Begun | null } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page is made anew for another beginning
  useEffect(() => {
    const stopping = new AbortController();
    setProblem(null);
    const ask = async () => {
      try {
        const what = await begin(beginning, stopping.signal);
        if (!stopping.signal.aborted) setBegun({ round, what });
      } catch (error) {
        if (!stopping.signal.aborted) setProblem(problemFrom(error));
      }
    };
    void ask();
    return () => stopping.abort();
  }, [round]);
  if (problem !== null) {
    return (
      <div className={classes.nothing} role="alert">
        <ProblemText problem={problem} />
      </div>
    );
  }
  if (begun === null || !loaded) {
    return (
      <div className={classes.nothing} aria-busy="true">
        <p role="status">
          {beginning.kind === 'new'
            ? 'One moment…'
            : `Reading ${'name' in beginning ? visibleText(beginning.name, 60) : visibleText(beginning.file, 200)} on its host…`}
        </p>
      </div>
    );
  }
  return (
    <MakeForm
      key={begun.round}
      beginning={beginning}
      job={begun.what?.kind === 'job' ? begun.what.job : null}
      adoption={begun.what?.kind === 'line' ? begun.what.adoption : null}
      onReload={() => setRound(round + 1)}
    />
  );
}

async function begin(beginning: Beginning, signal: AbortSignal): Promise<Begun | null> {
  switch (beginning.kind) {
    case 'new':
      return null;
    case 'edit':
    case 'copy':
      return { kind: 'job', job: await client.backupJobs.read({ host: beginning.host, name: beginning.name }, { signal }) };
    case 'adopt': {
      const { host, file, line } = beginning;
      return { kind: 'line', adoption: await client.backupJobs.adopt({ host, file, line }, { signal }) };
    }
  }
}
