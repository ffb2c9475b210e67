import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  activated,
  activePane,
  changedPane,
  currentTab,
  type Dock,
  emptyDock,
  joined,
  kept,
  mostShells,
  moved,
  otherHalf,
  renamed,
  restored,
  shellCount,
  stepped,
  typedAlong,
  typingTogether,
  withoutPane,
  withoutTab,
  withShell,
  withShellOf,
  withSplit,
} from '../../src/renderer/terminals/dock.ts';
import { groupColour, groupColours, isProduction } from '../../src/renderer/terminals/marks.ts';
import { reportedDirectory } from '../../src/renderer/terminals/place-reports.ts';
import { settingsSchema } from '../../src/shared/contract/settings.ts';

const host = fc.constantFrom('h1', 'h2', 'h3');
const id = fc.integer({ min: 0, max: 60 });
const split = fc.constantFrom('beside' as const, 'below' as const);
const report = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }).map((path) => `file://host/${encodeURIComponent(path.toWellFormed())}`),
  fc.string({ unit: 'binary' }),
);

/** Whatever a person or a shell can do to the dock. */
const change: fc.Arbitrary<(dock: Dock) => Dock> = fc.oneof(
  { weight: 4, arbitrary: host.map((on) => (dock: Dock) => withShell(dock, on)) },
  { weight: 3, arbitrary: split.map((how) => (dock: Dock) => withSplit(dock, how)) },
  host.map((on) => (dock: Dock) => withShellOf(dock, on)),
  host.map((spared) => (dock: Dock) => typingTogether(dock, (each) => each === spared)),
  fc.tuple(id, fc.boolean()).map(
    ([pane, joins]) =>
      (dock: Dock) =>
        joined(dock, pane, joins),
  ),
  id.map((which) => (dock: Dock) => withoutPane(dock, which)),
  id.map((which) => (dock: Dock) => withoutTab(dock, which)),
  id.map((which) => (dock: Dock) => activated(dock, which)),
  fc.tuple(id, id).map(
    ([from, to]) =>
      (dock: Dock) =>
        moved(dock, from, to),
  ),
  fc.integer({ min: -40, max: 40 }).map((by) => (dock: Dock) => stepped(dock, by)),
  fc.tuple(id, fc.string({ unit: 'binary', maxLength: 120 })).map(
    ([which, name]) =>
      (dock: Dock) =>
        renamed(dock, which, name),
  ),
  fc.tuple(id, report).map(
    ([which, payload]) =>
      (dock: Dock) =>
        changedPane(dock, which, { directory: reportedDirectory(payload) }),
  ),
  fc.constant(otherHalf),
);
const history = fc.array(change, { maxLength: 80 });

function after(changes: readonly ((dock: Dock) => Dock)[]): Dock {
  return changes.reduce((dock, each) => each(dock), emptyDock);
}

test('whatever is done to it, the dock shows a tab that it has, the keyboard is in a pane of that tab, and no id is there twice', () => {
  fc.assert(
    fc.property(history, (changes) => {
      const dock = after(changes);
      const ids = dock.tabs.flatMap((tab) => [tab.id, ...tab.panes.map((pane) => pane.id)]);
      expect(new Set(ids).size).toBe(ids.length);
      expect(Math.max(0, ...ids)).toBeLessThan(dock.nextId);
      expect(shellCount(dock)).toBeLessThanOrEqual(mostShells);
      expect(currentTab(dock) === undefined).toBe(dock.tabs.length === 0);
      expect(activePane(dock) === undefined).toBe(dock.tabs.length === 0);
      if (dock.tabs.length === 0) expect(dock).toMatchObject({ shown: false, full: false, together: null });
      const panes = dock.tabs.flatMap((tab) => tab.panes.map((pane) => pane.id));
      expect((dock.together ?? []).filter((pane) => !panes.includes(pane))).toEqual([]);
    }),
  );
});

test('an id is never used again, so that a shell that was closed is not taken for another', () => {
  fc.assert(
    fc.property(history, (changes) => {
      const gone = new Set<number>();
      let dock = emptyDock;
      for (const each of changes) {
        const before = dock.tabs.flatMap(({ panes }) => panes.map((pane) => pane.id));
        dock = each(dock);
        const now = new Set(dock.tabs.flatMap(({ panes }) => panes.map((pane) => pane.id)));
        for (const one of before) if (!now.has(one)) gone.add(one);
        expect([...now].filter((one) => gone.has(one))).toEqual([]);
      }
    }),
  );
});

test('what is kept of any dock is what the settings take, and comes back as it was, asleep', () => {
  fc.assert(
    fc.property(history, (changes) => {
      const open = kept(after(changes));
      const { openShells } = settingsSchema.parse({ openShells: JSON.parse(JSON.stringify(open)) });
      expect(openShells).toEqual(open);
      const again = restored(openShells);
      expect(kept(again)).toEqual(open);
      expect(again.tabs.every(({ panes }) => panes.every(({ asleep }) => asleep))).toBe(true);
    }),
  );
});

test('a tab that is moved stands where the other stood, and no other changes its order', () => {
  fc.assert(
    fc.property(history, fc.nat(), fc.nat(), (changes, first, second) => {
      const dock = after(changes);
      fc.pre(dock.tabs.length > 0);
      const at = first % dock.tabs.length;
      const to = second % dock.tabs.length;
      const [from, place] = [dock.tabs[at]?.id ?? 0, dock.tabs[to]?.id ?? 0];
      const result = moved(dock, from, place).tabs.map((tab) => tab.id);
      expect(result.indexOf(from)).toBe(to);
      expect(result.filter((each) => each !== from)).toEqual(dock.tabs.map((tab) => tab.id).filter((each) => each !== from));
    }),
  );
});

test('a group has one of the colours, always the same; a label of production counts as group or tag, in whatever case', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (group) => {
      const colour = groupColour(group);
      expect(colour).toBe(groupColour(group));
      expect(colour).toBeGreaterThanOrEqual(0);
      expect(colour).toBeLessThan(groupColours);
    }),
  );
  expect(isProduction({ group: 'Prod', tags: [] }, ['prod'])).toBe(true);
  expect(isProduction({ group: null, tags: ['web', 'PRODUCTION'] }, ['prod', 'production'])).toBe(true);
  expect(isProduction({ group: 'preprod', tags: ['not-production'] }, ['prod', 'production'])).toBe(false);
  expect(isProduction({ group: null, tags: ['prod'] }, [])).toBe(false);
});

test('what is typed goes into the active shell and all others but those that are spared, which join by hand alone, and never into one that is asleep', () => {
  const sleeping = restored({ shown: true, tabs: [{ name: null, split: 'beside', panes: [{ host: 'h9', directory: null }] }] });
  const dock = ['h1', 'h2', 'h3'].reduce((before, each) => withShell(before, each), sleeping);
  const [asleep = 0, h1 = 0, h2 = 0, h3 = 0] = dock.tabs.map(({ panes }) => panes[0].id);
  expect(typedAlong(dock, h3)).toEqual([]);
  const together = typingTogether(dock, (each) => each === 'h2' || each === 'h3');
  expect(together.together).toEqual([h1, h3]);
  expect([h1, h2, h3].map((pane) => typedAlong(together, pane))).toEqual([[h3], [], [h1]]);
  expect(typedAlong(joined(joined(together, h2, true), h1, false), h3)).toEqual([h2]);
  expect(joined(together, asleep, true).together).toEqual([h1, h3]);
  expect(withoutPane(together, h1).together).toEqual([h3]);
  expect(typingTogether(together, () => false).together).toBeNull();
});
