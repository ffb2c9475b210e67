import { Button, NumberInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { hostCount } from '../components/host-count.ts';
import { useFleet } from '../fleet/store.ts';
import { startDemo, stopDemo } from '../inventory/actions.ts';
import classes from './settings.module.css';

/** As many as the contract lets the demo have. */
const mostHosts = 2000;

/** Starts and stops the demo fleet beside the saved hosts. */
export function DemoSetting(): ReactNode {
  const demo = useFleet((state) => state.demo);
  const [size, setSize] = useState<number | string>(12);
  const [busy, setBusy] = useState(false);
  const hosts = Number(size);
  const valid = Number.isInteger(hosts) && hosts >= 1 && hosts <= mostHosts;

  const run = async (action: () => Promise<void>) => {
    setBusy(true);
    await action();
    setBusy(false);
  };

  return (
    <section className={classes.row}>
      <div>
        <h2>Demo fleet</h2>
        <p>
          {demo.running
            ? `Running: ${hostCount(demo.hosts)}. They leave with the demo, and their history ten minutes later.`
            : 'SSH servers on this machine that behave like Xen hosts, beside your own hosts. They are never saved.'}
        </p>
      </div>
      <div className={classes.buttons}>
        {demo.running ? (
          <Button variant="default" disabled={busy} onClick={() => void run(stopDemo)}>
            Stop the demo
          </Button>
        ) : (
          <>
            <NumberInput
              aria-label="Hosts in the demo fleet"
              className={classes.size ?? ''}
              suffix=" hosts"
              min={1}
              max={mostHosts}
              allowDecimal={false}
              allowNegative={false}
              value={size}
              error={valid ? undefined : `1 to ${mostHosts.toLocaleString('en')}`}
              onChange={setSize}
            />
            <Button variant="default" disabled={busy || !valid} onClick={() => void run(() => startDemo(hosts))}>
              {busy ? 'Starting…' : 'Start the demo'}
            </Button>
          </>
        )}
      </div>
    </section>
  );
}
