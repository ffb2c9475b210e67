import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sharedStream } from '../../src/renderer/app/shared-stream.ts';
import { dropDraft, keepDraft, useDrafts } from '../../src/renderer/templates/drafts.ts';
import { defaultWords, limitsOf } from '../../src/renderer/templates/parameter-words.ts';
import { readTextFile } from '../../src/renderer/templates/read-file.ts';
import { exportName, matchTemplates, renamed, templateCount } from '../../src/renderer/templates/template-list.ts';
import type { TemplateOrigin, TemplateSummary } from '../../src/shared/contract/templates.ts';

function template(origin: TemplateOrigin, name: string, change: Partial<TemplateSummary> = {}): TemplateSummary {
  const about = { path: '', description: '', icon: '', tags: [], parameters: [], outline: '', version: '' };
  return { id: `${origin}/${name.toLowerCase()}`, origin, name, type: 'pv', ...about, ...change };
}

describe('the list of templates', () => {
  const all = [
    template('shipped', 'Debian', { tags: ['linux', 'cloud-init'], outline: '512 MiB · xenbr0' }),
    template('folder', 'Postgres', { type: 'pvh', description: 'A primary with its replica' }),
    template('own', 'Web', { tags: ['shop'] }),
    template('own', 'Alpine'),
  ];
  const names = (filter: string) => matchTemplates(all, filter).map(({ name }) => name);

  it("has one's own first, by name", () => {
    expect(names('')).toEqual(['Alpine', 'Web', 'Postgres', 'Debian']);
  });

  it('is filtered by every word, wherever it stands', () => {
    expect(names('PVH replica')).toEqual(['Postgres']);
    expect(names('cloud xenbr0')).toEqual(['Debian']);
    expect(names('your own')).toEqual(['Alpine', 'Web']);
    expect(names('shop pvh')).toEqual([]);
  });

  it('leaves the list that it was given as it was', () => {
    const given = [...all];
    matchTemplates(given, '');
    expect(given).toEqual(all);
  });

  it('is counted', () => {
    expect([templateCount(1), templateCount(1234)]).toEqual(['1 template', '1,234 templates']);
  });
});

describe('a copy', () => {
  it('has another name in the first line that names it, and nothing else is changed', () => {
    expect(renamed('version: 1\nname: Web\nvifs:\n  - name: eth0\nname: x\n', 'Web (copy)')).toBe(
      'version: 1\nname: "Web (copy)"\nvifs:\n  - name: eth0\nname: x\n',
    );
    expect(renamed('name: Web', 'a "quoted" $& name')).toBe('name: "a \\"quoted\\" $& name"');
    expect(renamed('no name at all', 'x')).toBe('no name at all');
  });

  it('is called after its file when it is given away', () => {
    expect(['own/web', 'folder/db.yaml', 'folder/db.yml'].map(exportName)).toEqual(['web.yaml', 'db.yaml', 'db.yml']);
  });
});

describe('a parameter in words', () => {
  const none = { minimum: null, maximum: null, choices: [] };

  it('tells its limits', () => {
    expect(limitsOf(none)).toBeNull();
    expect(limitsOf({ ...none, minimum: '128 MiB', maximum: '8 GiB' })).toBe('128 MiB to 8 GiB');
    expect(limitsOf({ ...none, minimum: '1' })).toBe('1 at least');
    expect(limitsOf({ ...none, maximum: '64' })).toBe('64 at most');
    expect(limitsOf({ ...none, choices: ['a', 'b\u202e'] })).toBe('one of a, b\\u{202e}');
    expect(limitsOf({ ...none, choices: ['1', '2', '3', '4', '5', '6', '7'] })).toBe('one of 1, 2, 3, 4, 5, 6, …');
  });

  it('tells its default', () => {
    expect([null, '', '512 MiB'].map((preset) => defaultWords({ default: preset }))).toEqual(['must be given', 'empty', '512 MiB']);
  });
});

describe('a file that is chosen', () => {
  const file = (text: string, size = text.length) => ({ size, text: async () => text });

  it('is read as text', async () => {
    expect(await readTextFile(file('name: x\n'))).toBe('name: x\n');
  });

  it('is refused when it is too large or no text, and before it is read where its size tells', async () => {
    await expect(readTextFile(file('x', 2 ** 30))).rejects.toMatchObject({ problem: { code: 'import-invalid' } });
    await expect(readTextFile(file('x'.repeat(262_145)))).rejects.toMatchObject({ problem: { code: 'import-invalid' } });
    await expect(readTextFile(file('a\0b'))).rejects.toMatchObject({ problem: { message: 'This file is no text.' } });
  });

  it('says so when it cannot be read', async () => {
    const gone = { size: 1, text: () => Promise.reject(new Error('NotFoundError')) };
    await expect(readTextFile(gone)).rejects.toMatchObject({ problem: { code: 'file-unreadable', detail: 'NotFoundError' } });
  });
});

describe('a text that is not saved', () => {
  it('is kept by its template until it is dropped', () => {
    const draft = { text: 'x', source: '', notes: [] };
    keepDraft('own/web', draft);
    keepDraft('new', { ...draft, text: 'y' });
    expect(useDrafts.getState().get('own/web')).toBe(draft);
    dropDraft('own/web');
    expect([...useDrafts.getState().keys()]).toEqual(['new']);
  });
});

describe('a stream with several readers', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('is begun once, and left a while after the last of them', () => {
    let begun = 0;
    let ended = 0;
    const follow = sharedStream(() => {
      begun += 1;
      return () => {
        ended += 1;
      };
    }, 1000);
    const [first, second] = [follow(), follow()];
    expect(begun).toBe(1);
    first();
    vi.advanceTimersByTime(5000);
    expect(ended).toBe(0);
    second();
    vi.advanceTimersByTime(999);
    const third = follow();
    vi.advanceTimersByTime(5000);
    expect([begun, ended]).toEqual([1, 0]);
    third();
    vi.advanceTimersByTime(1000);
    expect([begun, ended]).toEqual([1, 1]);
    follow();
    expect(begun).toBe(2);
  });
});
