import { Button, NumberInput, SegmentedControl, Switch, TagsInput, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { TerminalSettings as Terminal } from '../../shared/contract/settings.ts';
import { firstTerminalSettings } from '../../shared/first-terminal-settings.ts';
import { changeSettings, useSettings } from '../app/settings.ts';
import classes from './settings.module.css';

const [leastSize, mostSize] = [8, 32];
const mostScrollback = 100_000;
/** What the contract lets into a style sheet. */
const fontPattern = /^[\p{L}\p{N} ,'"._-]{0,200}$/u;

/** How terminals look and what they do: every open one follows at once. */
export function TerminalSettings(): ReactNode {
  const current = useSettings((state) => state.settings?.terminal);
  if (current === undefined) return null;
  const change = (part: Partial<Terminal>) => void changeSettings({ terminal: { ...current, ...part } });
  return (
    <section className={classes.about} aria-labelledby="setting-terminals">
      <h2 id="setting-terminals">Terminals</h2>
      <div className={classes.fields}>
        <FontField key={current.fontFamily} current={current} onChange={change} />
        <NumberField
          label="Font size"
          value={current.fontSize}
          least={leastSize}
          most={mostSize}
          suffix=" px"
          onChange={(fontSize) => change({ fontSize })}
        />
        <NumberField
          label="Lines kept above the screen"
          value={current.scrollback}
          least={0}
          most={mostScrollback}
          onChange={(scrollback) => change({ scrollback })}
        />
        <Choice
          label="Cursor"
          value={current.cursor}
          choices={{ block: 'Block', bar: 'Bar', underline: 'Underline' }}
          onChange={(cursor) => change({ cursor })}
        />
        <Choice
          label="Bell"
          value={current.bell}
          choices={{ off: 'Off', flash: 'Flash', sound: 'Sound' }}
          onChange={(bell) => change({ bell })}
        />
        <div className={classes.switches}>
          <Switch
            label="The cursor blinks"
            checked={current.cursorBlinks}
            onChange={(event) => change({ cursorBlinks: event.currentTarget.checked })}
          />
          <Switch
            label="Show a paste of several lines, or with sudo or rm in it, before it is sent"
            checked={current.looksAtPastes}
            onChange={(event) => change({ looksAtPastes: event.currentTarget.checked })}
          />
        </div>
        <TagsInput
          className={classes.wide ?? ''}
          label="Production"
          description="Terminals of hosts with one of these as tag or group are marked in red."
          value={[...current.productionLabels]}
          maxTags={32}
          maxLength={64}
          onChange={(labels) => change({ productionLabels: labels.map((label) => label.trim()).filter((label) => label !== '') })}
        />
      </div>
      <Button size="compact-sm" variant="default" onClick={() => change({ ...firstTerminalSettings })}>
        As Hum had them first
      </Button>
    </section>
  );
}

interface FieldProps {
  readonly current: Terminal;
  readonly onChange: (part: Partial<Terminal>) => void;
}

/** Taken when it is left or on Enter: half a name is no font. */
function FontField({ current, onChange }: FieldProps): ReactNode {
  const [text, setText] = useState(current.fontFamily);
  const valid = fontPattern.test(text);
  const take = () => {
    if (valid && text.trim() !== current.fontFamily) onChange({ fontFamily: text.trim() });
  };
  return (
    <TextInput
      label="Font"
      placeholder="JetBrains Mono, Hum’s own"
      value={text}
      error={valid ? null : 'Letters, digits, spaces and commas.'}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && take()}
    />
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly suffix?: string;
  readonly onChange: (value: number) => void;
}

function NumberField({ label, value, least, most, suffix = '', onChange }: NumberFieldProps): ReactNode {
  const [typed, setTyped] = useState<number | string | null>(null);
  const shown = typed ?? value;
  const number = Number(shown);
  const valid = shown !== '' && Number.isInteger(number) && number >= least && number <= most;
  const take = () => {
    if (valid && number !== value) onChange(number);
    if (valid) setTyped(null);
  };
  return (
    <NumberInput
      label={label}
      value={shown}
      min={least}
      max={most}
      clampBehavior="none"
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator=" "
      suffix={suffix}
      error={valid ? null : `${least} to ${most.toLocaleString('en')}`}
      onChange={setTyped}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && take()}
    />
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: Readonly<Record<Value, string>>;
  readonly onChange: (value: Value) => void;
}

function Choice<Value extends string>({ label, value, choices, onChange }: ChoiceProps<Value>): ReactNode {
  const data = (Object.keys(choices) as Value[]).map((each) => ({ value: each, label: choices[each] }));
  return (
    <div>
      <div className={classes.choiceLabel}>{label}</div>
      <SegmentedControl aria-label={label} data={data} value={value} onChange={onChange} />
    </div>
  );
}
