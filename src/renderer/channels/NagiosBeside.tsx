import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { visibleText } from '../../shared/visible-text.ts';
import { channelsPath } from '../app/paths.ts';
import classes from './channels.module.css';
import { NagiosProblems } from './NagiosProblems.tsx';
import { useChannels, useFollowChannels } from './store.ts';

/** The problems of each Nagios that is read, to stand beside Hum's own; nothing where none is. How they are read stands with the channels. */
export function NagiosBeside(): ReactNode {
  useFollowChannels();
  const sources = useChannels((channels) => channels.state?.sources) ?? [];
  return sources.map(({ source, readAt, problems, count, problem }) => {
    const name = visibleText(source.name, 80);
    return (
      <section key={source.id} className={classes.block} aria-labelledby={`nagios-${source.id}`}>
        <div className={classes.inline}>
          <h2 id={`nagios-${source.id}`} className={classes.besideTitle}>
            {name}
          </h2>
          <Link href={channelsPath} className={classes.how ?? ''}>
            {problem === null ? 'How it is read' : 'It cannot be read at the moment'}
          </Link>
        </div>
        {readAt === null ? null : <NagiosProblems name={name} problems={problems} count={count} />}
      </section>
    );
  });
}
