import { Button, NumberInput, SegmentedControl, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconPlayerPlay } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';
import { parametersOf } from '../../shared/command-parameters.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { hostCount } from '../components/host-count.ts';
import { TextArea } from '../components/TextArea.tsx';
import { useFleet } from '../fleet/store.ts';
import { whyLookAtLine } from '../terminals/paste.ts';
import { beginRun } from './actions.ts';
import classes from './commands.module.css';
import { compose, useComposer } from './composer.ts';
import { type Composer, draftOf } from './draft.ts';
import { History } from './History.tsx';
import { Snippets } from './Snippets.tsx';
import { Targets } from './Targets.tsx';

/** A command to be run: on which hosts, what, and how. */
export function CommandForm(): ReactNode {
  const composer = useComposer();
  const area = useRef<HTMLTextAreaElement>(null);
  const [starting, setStarting] = useState(false);
  const draft = draftOf(composer);
  const run = async () => {
    if (typeof draft === 'string' || starting) return;
    setStarting(true);
    await beginRun(draft);
    setStarting(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void run();
  };
  const take = (text: string) => {
    compose({ text });
    area.current?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the key works in each of its fields
    <div className={classes.form} onKeyDown={onKeyDown}>
      <Targets />
      <section className={classes.command} aria-label="The command">
        <div className={classes.commandHead}>
          <h2>Command</h2>
          <span className={classes.about}>
            POSIX sh; <code>{'{{name}}'}</code> is filled in, as one word
          </span>
          <span className={classes.spacer} />
          <History onTake={(taken) => compose(taken)} />
          <Snippets text={composer.text} onTake={take} />
        </div>
        <TextArea label="Command" text={composer.text} onChange={(text) => compose({ text })} complaints={null} area={area} />
        <Parameters composer={composer} />
      </section>
      <Options composer={composer} />
      <div className={classes.foot}>
        <Button
          leftSection={<IconPlayerPlay size={14} />}
          disabled={typeof draft === 'string'}
          loading={starting}
          onClick={() => void run()}
        >
          {composer.hosts.length === 0 ? 'Run' : `Run on ${hostCount(composer.hosts.length)}`}
        </Button>
        <kbd className="hum-key">Ctrl Enter</kbd>
        <span className={classes.outlook} role="status">
          {typeof draft === 'string' ? draft : <Outlook composer={composer} />}
        </span>
      </div>
    </div>
  );
}

const dangers = { removes: 'It removes files.', root: 'It asks for root’s rights.' } as const;

/** What will happen, in a sentence. */
function Outlook({ composer: { text, hosts, canary, as } }: { readonly composer: Composer }): ReactNode {
  const danger = text
    .split('\n')
    .map(whyLookAtLine)
    .find((why) => why !== null);
  const names = hosts.slice(0, canary).map((id) => useFleet.getState().rows.get(id)?.host.name ?? '');
  const others = hosts.length - canary;
  return (
    <>
      {danger === undefined && as === 'login' ? null : (
        <span className={classes.danger}>
          <IconAlertTriangle size={14} aria-hidden="true" />
          {danger === 'removes' ? dangers.removes : as === 'root' ? 'As root.' : dangers.root}
        </span>
      )}
      {canary > 0 && others > 0
        ? `First ${visibleText(names.slice(0, 3).join(', '), 120)}${names.length > 3 ? ` and ${names.length - 3} more` : ''}; the other ${hostCount(others)} once that has exited with 0.`
        : ''}
    </>
  );
}

function Parameters({ composer: { text, values } }: { readonly composer: Composer }): ReactNode {
  const names = parametersOf(text);
  if (names.length === 0) return null;
  return (
    <div className={classes.parameters}>
      {names.map((name) => (
        <TextInput
          key={name}
          size="xs"
          label={name}
          classNames={{ input: 'hum-mono' }}
          maxLength={4096}
          autoComplete="off"
          spellCheck={false}
          value={values[name] ?? ''}
          onChange={(event) => compose({ values: { ...values, [name]: event.currentTarget.value } })}
        />
      ))}
    </div>
  );
}

function Options({ composer: { as, timeLimit, atOnce, canary } }: { readonly composer: Composer }): ReactNode {
  const id = useId();
  const whole = (value: number | string) => (typeof value === 'number' ? value : Number.NaN);
  const shown = (value: number) => (Number.isNaN(value) ? '' : value);
  return (
    <div className={classes.options}>
      <div>
        <span id={id} className={classes.optionLabel}>
          As
        </span>
        <SegmentedControl
          aria-labelledby={id}
          size="xs"
          data={[
            { value: 'login', label: 'Login user' },
            { value: 'root', label: 'Root' },
          ]}
          value={as}
          onChange={(value) => compose({ as: value === 'root' ? 'root' : 'login' })}
        />
      </div>
      <NumberInput
        size="xs"
        w={120}
        label="Time limit"
        suffix=" s"
        min={1}
        max={86_400}
        clampBehavior="none"
        value={timeLimit}
        onChange={(value) => compose({ timeLimit: value })}
      />
      <NumberInput
        size="xs"
        w={120}
        label="Hosts at once"
        min={1}
        max={256}
        allowDecimal={false}
        clampBehavior="none"
        value={shown(atOnce)}
        onChange={(value) => compose({ atOnce: whole(value) })}
      />
      <NumberInput
        size="xs"
        w={152}
        label="Canary: hosts first"
        min={0}
        max={10_000}
        allowDecimal={false}
        clampBehavior="none"
        value={shown(canary)}
        onChange={(value) => compose({ canary: whole(value) })}
      />
    </div>
  );
}
