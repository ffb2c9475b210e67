import { ActionIcon, Button, SegmentedControl, Select, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconChevronLeft, IconChevronRight, IconZoomIn, IconZoomOut } from '@tabler/icons-react';
import { type ReactNode, useMemo } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { compareNames } from '../components/compare-names.ts';
import { useFleet } from '../fleet/store.ts';
import classes from './past.module.css';
import { type Preset, presets, type Span, spanName } from './span.ts';

const live = 'live';

interface RangeChooserProps {
  /** Null while the charts are live. */
  readonly span: Span | null;
  readonly onChoose: (preset: Preset | null) => void;
}

/** Live, or how much of the past. Nothing of it is chosen while a stretch is that one dragged. */
export function RangeChooser({ span, onChoose }: RangeChooserProps): ReactNode {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Range of the charts"
      data={[
        { value: live, label: 'Live' },
        ...presets.map(({ value, label }) => ({ value, label })),
        ...(span?.preset === null ? [{ value: '', label: 'Chosen' }] : []),
      ]}
      value={span === null ? live : (span.preset ?? '')}
      onChange={(value) => {
        if (value === live) onChoose(null);
        const preset = presets.find((each) => each.value === value);
        if (preset) onChoose(preset.value);
      }}
    />
  );
}

interface PastToolsProps {
  readonly host: string;
  readonly span: Span;
  readonly other: string | null;
  readonly canGoBack: boolean;
  /** There is something to be exported. */
  readonly canExport: boolean;
  readonly onOther: (host: string | null) => void;
  readonly onPan: (direction: -1 | 1) => void;
  readonly onZoom: (how: 'in' | 'out') => void;
  readonly onBack: () => void;
  readonly onCsv: () => void;
  readonly onPng: () => void;
}

/** What can be done with the charts of the past. */
export function PastTools(props: PastToolsProps): ReactNode {
  const { host, span, other, canGoBack, canExport, onOther, onPan, onZoom, onBack, onCsv, onPng } = props;
  const rows = useFleet((state) => state.rows);
  const hosts = useMemo(
    () =>
      [...rows.values()]
        .filter((row) => row.id !== host)
        .map((row) => ({ value: row.id, label: visibleText(row.host.name, 60) }))
        .sort((left, right) => compareNames(left.label, right.label)),
    [rows, host],
  );
  return (
    <div className={classes.tools}>
      <Tool label="Earlier (←)" onClick={() => onPan(-1)} icon={<IconChevronLeft size={16} />} />
      <Tool label="Later (→)" onClick={() => onPan(1)} icon={<IconChevronRight size={16} />} />
      <Tool label="Closer (+)" onClick={() => onZoom('in')} icon={<IconZoomIn size={16} />} />
      <Tool label="Further (−)" onClick={() => onZoom('out')} icon={<IconZoomOut size={16} />} />
      <Tool label="Back to the range before (Backspace)" onClick={onBack} icon={<IconArrowBackUp size={16} />} disabled={!canGoBack} />
      <span className={`hum-mono ${classes.span}`}>{spanName(span)}</span>
      <Select
        size="xs"
        className={classes.other ?? ''}
        aria-label="Compare the memory with another host"
        placeholder="Compare with…"
        data={hosts}
        value={other}
        onChange={onOther}
        limit={50}
        searchable
        clearable
      />
      <Button size="xs" variant="default" disabled={!canExport} onClick={onCsv}>
        CSV
      </Button>
      <Button size="xs" variant="default" disabled={!canExport} onClick={onPng}>
        PNG
      </Button>
    </div>
  );
}

interface ToolProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly onClick: () => void;
  readonly disabled?: boolean;
}

function Tool({ label, icon, onClick, disabled = false }: ToolProps): ReactNode {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size={30} aria-label={label} onClick={onClick} disabled={disabled}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
