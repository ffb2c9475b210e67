import { Button, SegmentedControl } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { openDialog } from '../app/dialogs.ts';
import { startDemo } from './actions.ts';
import { newAliases, scanSummary } from './ssh-config-choice.ts';
import { useSshConfig } from './use-ssh-config.ts';
import classes from './welcome.module.css';

/** The first run: no host yet, and three ways on. */
export function Welcome(): ReactNode {
  return (
    <div className={classes.page}>
      <h1>Which hosts shall Hum look after?</h1>
      <p className={classes.lead}>
        Hum holds one SSH session to each host and shows memory, pressure and load of the whole fleet as it moves. Nothing is installed on a
        host: an <span className="hum-mono">sshd</span> and a shell are enough.
      </p>
      <ol className={classes.ways}>
        <FromSshConfig />
        <li>
          <div>
            <h2>Add a host</h2>
            <p>
              By its name or address, or many at once as a range such as{' '}
              <span className={`hum-mono ${classes.example}`}>web[01-20].example.org</span>. The way to it can be tested first.
            </p>
          </div>
          <Button variant="default" onClick={() => openDialog({ kind: 'add-host' })}>
            Add a host…
          </Button>
        </li>
        <Demo />
      </ol>
      <p className={classes.also}>
        You have an inventory file from another Hum?{' '}
        <button type="button" className={classes.link} onClick={() => openDialog({ kind: 'import-file' })}>
          Import it
        </button>
      </p>
    </div>
  );
}

function FromSshConfig(): ReactNode {
  const { scan, problem } = useSshConfig();
  const fresh = scan ? newAliases(scan.candidates).size : 0;
  let found = 'Looking into the SSH configuration…';
  if (problem) found = `${problem.message} ${problem.hint}`;
  else if (scan) found = scanSummary(scan);
  return (
    <li>
      <div>
        <h2>Take them from your SSH configuration</h2>
        <p className={classes.found} role="status">
          {visibleText(found, 300)}
        </p>
      </div>
      <Button variant={fresh > 0 ? 'filled' : 'default'} onClick={() => openDialog({ kind: 'import-ssh-config' })}>
        Choose hosts…
      </Button>
    </li>
  );
}

const sizes = ['12', '100', '1000'] as const;

function Demo(): ReactNode {
  const [size, setSize] = useState<string>(sizes[0]);
  const [starting, setStarting] = useState(false);
  const start = async () => {
    setStarting(true);
    await startDemo(Number(size));
    setStarting(false);
  };
  return (
    <li>
      <div>
        <h2>Try the demo fleet</h2>
        <p>Real SSH servers on this machine that behave like Xen hosts, with their troubles. They are never saved.</p>
        <SegmentedControl
          className={classes.sizes ?? ''}
          size="xs"
          aria-label="Size of the demo fleet"
          data={sizes.map((value) => ({ value, label: `${Number(value).toLocaleString('en')} hosts` }))}
          value={size}
          onChange={setSize}
        />
      </div>
      <Button variant="default" onClick={() => void start()} disabled={starting}>
        {starting ? 'Starting…' : 'Start the demo'}
      </Button>
    </li>
  );
}
