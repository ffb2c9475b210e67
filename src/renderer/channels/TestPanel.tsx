import { Button } from '@mantine/core';
import { IconCheck, IconSend, IconX } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { Channel, TestReport } from '../../shared/contract/channels.ts';
import type { Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import classes from './channels.module.css';

interface TestPanelProps {
  readonly channel: Channel;
  readonly secret: string | undefined;
  readonly ready: boolean;
}

const outcomeWords = { done: 'It arrived', refused: 'It was refused', failed: 'It could not be sent' } as const;

/** Sends a test of the channel as it is written, saved or not, and shows what went and what came back. */
export function TestPanel({ channel, secret, ready }: TestPanelProps): ReactNode {
  const [report, setReport] = useState<TestReport | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [sending, setSending] = useState(false);
  const send = async () => {
    setSending(true);
    setProblem(null);
    try {
      setReport(await client.channels.test({ channel, secret }));
    } catch (error) {
      setReport(null);
      setProblem(problemFrom(error));
    }
    setSending(false);
  };
  return (
    <section aria-labelledby="channel-test">
      <div className={classes.inline}>
        <h2 id="channel-test">Try it</h2>
        <Button
          variant="default"
          size="compact-sm"
          h={30}
          leftSection={<IconSend size={14} />}
          loading={sending}
          disabled={!ready}
          onClick={() => void send()}
        >
          Send a test
        </Button>
      </div>
      {problem === null ? null : (
        <div className={classes.problem} role="alert">
          <ProblemText problem={problem} />
        </div>
      )}
      {report === null ? (
        <p className={classes.quiet}>It says of itself that it is a test. Nothing is saved by it.</p>
      ) : (
        <div role="status" aria-label="What came of the test">
          <p className={classes.mark} data-tone={report.outcome === 'done' ? 'good' : 'bad'}>
            {report.outcome === 'done' ? <IconCheck size={14} aria-hidden="true" /> : <IconX size={14} aria-hidden="true" />}
            {outcomeWords[report.outcome]}, after {report.tookMs.toLocaleString('en')} ms.
          </p>
          {report.problem === null ? null : (
            <div className={classes.problem}>
              <ProblemText problem={report.problem} />
            </div>
          )}
          <h3>Sent</h3>
          <Words text={report.request} label="What was sent" />
          <h3>Answer</h3>
          {report.answer === null ? <p className={classes.quiet}>None.</p> : <Words text={report.answer} label="The answer" />}
        </div>
      )}
    </section>
  );
}

function Words({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard too
    <section aria-label={label} className={classes.scroll} tabIndex={0}>
      <pre className={`hum-mono ${classes.sent}`}>
        {text
          .split('\n')
          .map((line) => visibleText(line, 4000))
          .join('\n')}
      </pre>
    </section>
  );
}
