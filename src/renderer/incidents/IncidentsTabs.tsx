import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { channelsPath, incidentsPath, rulesPath } from '../app/paths.ts';
import library from '../templates/templates.module.css';

/** What has happened, what is watched for, and who is told. */
export function IncidentsTabs(): ReactNode {
  const [location] = useLocation();
  const here = [rulesPath, channelsPath].find((path) => location.startsWith(path)) ?? incidentsPath;
  const tab = (to: string, word: string) => (
    <Link href={to} aria-current={to === here ? 'page' : undefined}>
      {word}
    </Link>
  );
  return (
    <nav className={library.tabs} aria-label="Incidents, rules and channels">
      {tab(incidentsPath, 'Incidents')}
      {tab(rulesPath, 'Rules')}
      {tab(channelsPath, 'Where alerts go')}
    </nav>
  );
}
