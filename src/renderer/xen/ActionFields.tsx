import { NumberInput, Select, Slider, Switch, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { DomainRow } from '../../shared/contract/xen.ts';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { useFleet } from '../fleet/store.ts';
import classes from './action.module.css';
import type { ActionForm } from './action-form.ts';
import type { ActionKind } from './action-words.ts';
import { useXen } from './store.ts';

interface ActionFieldsProps {
  readonly kind: ActionKind;
  readonly form: ActionForm;
  readonly rows: readonly DomainRow[];
  readonly onChange: (form: ActionForm) => void;
}

/** What an action has to be told. Nothing for most. */
export function ActionFields(props: ActionFieldsProps): ReactNode {
  const { kind, form, onChange } = props;
  switch (kind) {
    case 'set-memory':
      return <MemoryField {...props} />;
    case 'set-vcpus':
      return <VcpusField {...props} />;
    case 'rename':
      return (
        <TextInput
          label="New name"
          description="Letters, digits and . _ + - (64 at most), beginning with a letter."
          classNames={{ input: 'hum-mono' }}
          value={form.name}
          onChange={(event) => onChange({ ...form, name: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
      );
    case 'save':
    case 'restore':
      return (
        <TextInput
          label="File on the host"
          description="Left empty: a file named after the VM in /var/lib/xen/save."
          placeholder="/var/lib/xen/save/…"
          classNames={{ input: 'hum-mono' }}
          disabled={props.rows.length > 1}
          value={form.path}
          onChange={(event) => onChange({ ...form, path: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
        />
      );
    case 'migrate':
      return <HostField {...props} />;
    case 'set-autostart':
      return (
        <Switch
          label={form.on ? 'Start with the host' : 'Do not start with the host'}
          checked={form.on}
          onChange={(event) => onChange({ ...form, on: event.currentTarget.checked })}
        />
      );
    default:
      return null;
  }
}

const mib = 1024 ** 2;
const leastMib = 32;

function MemoryField({ form, rows, onChange }: ActionFieldsProps): ReactNode {
  const ceilings = rows.map((row) => row.facts.memoryMax).filter((max) => max > 0);
  const most = Math.floor(Math.max(leastMib * mib, ...ceilings) / mib);
  const least = Math.min(...ceilings);
  const note =
    rows.length === 1
      ? `Now ${formatBytes(rows[0]?.load.memory ?? 0)}; at most ${formatBytes(least)}, its maxmem.`
      : `Each can have as much as its own maxmem, ${formatBytes(least)} at least.`;
  return (
    <div className={classes.memory}>
      <NumberInput
        label="Memory, MiB"
        description={note}
        classNames={{ input: 'hum-mono' }}
        value={form.memoryMib ?? ''}
        onChange={(value) => onChange({ ...form, memoryMib: typeof value === 'number' ? value : null })}
        min={4}
        step={64}
        allowDecimal={false}
        allowNegative={false}
        data-autofocus
      />
      <Slider
        value={Math.min(most, form.memoryMib ?? leastMib)}
        onChange={(value) => onChange({ ...form, memoryMib: value })}
        min={leastMib}
        max={most}
        step={16}
        label={null}
        thumbLabel="Memory in MiB"
        marks={[
          { value: leastMib, label: `${leastMib} MiB` },
          { value: most, label: formatBytes(most * mib) },
        ]}
        className={classes.slider ?? ''}
      />
    </div>
  );
}

function VcpusField({ form, rows, onChange }: ActionFieldsProps): ReactNode {
  const most = Math.max(1, ...rows.map((row) => row.facts.vcpusMax));
  return (
    <NumberInput
      label="vCPUs"
      description={
        rows.length === 1
          ? `Now ${rows[0]?.load.vcpus ?? 0}; at most ${most}, its maxvcpus.`
          : `At most ${most}, as the largest of them allows.`
      }
      classNames={{ input: 'hum-mono' }}
      value={form.vcpus ?? ''}
      onChange={(value) => onChange({ ...form, vcpus: typeof value === 'number' ? value : null })}
      min={1}
      max={most}
      allowDecimal={false}
      data-autofocus
    />
  );
}

function HostField({ form, rows, onChange }: ActionFieldsProps): ReactNode {
  const hosts = useXen((state) => state.hosts);
  const fleet = useFleet.getState().rows;
  const here = new Set(rows.map((row) => row.host));
  const choices = [...hosts.values()]
    .filter((host) => !(here.size === 1 && here.has(host.host)))
    .map((host) => ({
      value: host.host,
      label: `${visibleText(fleet.get(host.host)?.host.name ?? host.host, 60)} · Xen ${visibleText(host.version, 20)} · ${formatBytes(host.memoryFree)} free`,
    }));
  return (
    <Select
      label="To the host"
      placeholder={choices.length === 0 ? 'No other Xen host is known' : 'Choose a host'}
      data={choices}
      value={form.to}
      onChange={(to) => onChange({ ...form, to })}
      searchable
      comboboxProps={{ withinPortal: true }}
      data-autofocus
    />
  );
}
