import { type ReactNode, useEffect, useState } from 'react';
import type { SeedFile } from '../../shared/contract/deploy.ts';
import type { Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import { CodeText } from '../components/CodeText.tsx';
import classes from './deploy.module.css';

interface SeedProps {
  readonly vm: string;
  /** Another one: the files are others, and are asked for anew. */
  readonly stamp: string;
}

/** What cloud-init will be told in a VM, kept while the next is on its way. */
export function Seed({ vm, stamp }: SeedProps): ReactNode {
  const [files, setFiles] = useState<readonly SeedFile[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with another stamp they are others
  useEffect(() => {
    const stopping = new AbortController();
    const ask = async () => {
      try {
        const found = await client.deploy.seed({ vm }, { signal: stopping.signal });
        if (stopping.signal.aborted) return;
        setFiles(found);
        setProblem(null);
      } catch (error) {
        const failed = problemFrom(error);
        // The preview has moved on, and is about to say so.
        if (!stopping.signal.aborted && failed.code !== 'not-found') setProblem(failed);
      }
    };
    void ask();
    return () => stopping.abort();
  }, [vm, stamp]);
  return (
    <section className={classes.panel} aria-labelledby="seed">
      <div className={classes.panelHead}>
        <h2 id="seed">For cloud-init</h2>
        <span className={classes.about}>What the guest reads from its seed at its first start.</span>
      </div>
      {problem ? <ProblemText problem={problem} /> : null}
      {files.map(({ name, text }) => (
        <div key={name} className={classes.seedFile}>
          <h3 className="hum-mono">{visibleText(name, 60)}</h3>
          <CodeText text={text} label={`${visibleText(name, 60)} of ${visibleText(vm, 80)}`} whole />
        </div>
      ))}
    </section>
  );
}
