import { Select } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import type { RuleScope } from '../../shared/contract/alerts.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { compareNames } from '../components/compare-names.ts';
import { useFleet } from '../fleet/store.ts';

interface ScopeChoiceProps {
  readonly label: string;
  readonly scope: RuleScope;
  readonly onChange: (scope: RuleScope) => void;
}

/** More lines than this nobody reads, and they take long to draw. */
const mostShown = 200;

const keyOf = (scope: RuleScope) =>
  scope.kind === 'fleet' ? 'fleet' : scope.kind === 'group' ? `group:${scope.group}` : `host:${scope.host}`;

function scopeOf(key: string): RuleScope {
  if (key.startsWith('group:')) return { kind: 'group', group: key.slice(6) };
  return key.startsWith('host:') ? { kind: 'host', host: key.slice(5) } : { kind: 'fleet' };
}

/** The fleet, a group or a host. */
export function ScopeChoice({ label, scope, onChange }: ScopeChoiceProps): ReactNode {
  const roster = useFleet((state) => state.roster);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the roster says when hosts came, went or were edited
  const data = useMemo(() => {
    const hosts = [...useFleet.getState().rows.values()].map(({ host }) => host);
    const groups = [...new Set(hosts.flatMap(({ group }) => group ?? []))].sort(compareNames);
    return [
      { group: '', items: [{ value: 'fleet', label: 'The fleet' }] },
      { group: 'Groups', items: groups.map((group) => ({ value: `group:${group}`, label: `Group ${visibleText(group, 64)}` })) },
      {
        group: hosts.length > mostShown ? `Hosts: ${hosts.length.toLocaleString('en')}, type a part of a name` : 'Hosts',
        items: hosts
          .map(({ id, name }) => ({ value: `host:${id}`, label: visibleText(name, 100) }))
          .sort((left, right) => compareNames(left.label, right.label)),
      },
    ].filter(({ items }) => items.length > 0);
  }, [roster]);
  const [search, setSearch] = useState('');
  const chosen = data.flatMap(({ items }) => items).find(({ value }) => value === keyOf(scope))?.label ?? '';
  return (
    <Select
      label={label}
      size="xs"
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      // What was typed and not chosen must not stand there as if it were.
      onDropdownClose={() => setSearch(chosen)}
      allowDeselect={false}
      limit={mostShown}
      data={data}
      value={keyOf(scope)}
      onChange={(key) => key !== null && onChange(scopeOf(key))}
      nothingFoundMessage="No such group or host"
    />
  );
}
