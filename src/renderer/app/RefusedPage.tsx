import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { tryNow } from './client.ts';
import { HumMark } from './HumMark.tsx';
import classes from './RefusedPage.module.css';

/** Stands in for every page while the console does not let this one in: no token, or one of an earlier run. */
export function RefusedPage(): ReactNode {
  return (
    <main className={classes.page}>
      <HumMark size={32} />
      <h1>Open the link that Hum printed</h1>
      <p>
        This page needs the key of the running Hum, and has none or an old one. Hum prints a new link each time it starts, in the terminal
        it was started from:
      </p>
      <pre className="hum-mono">Hum is at {location.origin}/#token=…</pre>
      <p>Open that line’s whole address, with everything after the #.</p>
      <Button variant="default" onClick={tryNow}>
        Try again
      </Button>
    </main>
  );
}
