import { visibleText } from '../../../shared/visible-text.ts';
import { quote, shownWord } from '../../ssh/quote.ts';
import { sshUses } from '../collect/wants.ts';
import { editRsync, type Fix, type Found, found, type Lint, type Rule, rawOf, slugOf } from './rule.ts';

/** What an rsync does with its source, destination and secrets. */

const lastPart = (path: string) => path.replace(/\/+$/, '').split('/').at(-1) ?? '';
const each = (lint: Lint, rule: (rsync: Lint['job']['rsyncs'][number]) => readonly Found[]) => lint.job.rsyncs.flatMap(rule);

export const deleteEmptySource: Rule = (lint) =>
  each(lint, (rsync) => {
    const { line, command } = rsync;
    if (!line.delete || line.maxDelete || line.dryRun) return [];
    const text = lint.job.script?.text ?? lint.job.command;
    for (const { kind, path } of line.sources) {
      if (kind !== 'local' || !path.startsWith('/')) continue;
      const fact = lint.facts.places.get(path);
      const mount = mountOf(path, lint.facts.mounts, fact?.mount);
      const missing = fact?.kind === 'none';
      if (mount === null && !missing && fact?.empty !== true) continue;
      if (/\b(?:mountpoint|findmnt)\b|\[\s+-[den]\s|\btest\s+-[den]\s/.test(text)) continue;
      const why = missing
        ? `${shownWord(path)} is not there now`
        : fact?.empty === true
          ? `${shownWord(path)} is empty now`
          : `${shownWord(path)} lies on ${shownWord(mount ?? path)}, which may not be mounted`;
      const plain = /[$`]/.test(path) ? null : quote(path);
      const guard = mount !== null && !missing ? `mountpoint -q ${quote(mount)} && ` : `[ -n "$(ls -A ${plain})" ] && `;
      const fix = plain === null ? null : editRsync(lint, rsync, [{ at: command.start, remove: 0, insert: guard }]);
      return [
        found('delete-empty-source', 'error', `With --delete an empty source empties the backup: ${why}.`, fix, 'Look at the source first'),
      ];
    }
    return [];
  });

/** The mount point other than / that a path lies on, by fstab or by what is mounted now. */
function mountOf(path: string, fstab: readonly string[], now: string | undefined): string | null {
  const candidates = [...fstab, ...(now === undefined ? [] : [now])].filter((mount) => mount !== '/' && mount !== '' && mount !== '/boot');
  const on = candidates.filter((mount) => `${path}/`.startsWith(`${mount.replace(/\/$/, '')}/`));
  return on.sort((left, right) => right.length - left.length)[0] ?? null;
}

export const nestedDirectory: Rule = (lint) =>
  each(lint, (rsync) => {
    const { sources, destination, options, sourceWords } = rsync.line;
    const [source] = sources;
    const [word] = sourceWords;
    if (sources.length !== 1 || source === undefined || word === undefined || destination === null) return [];
    if (/(?:^|\/)\.?$|[*?]/.test(source.path) || options.some((option) => option === '--relative' || /^-[A-Za-z]*R/.test(option)))
      return [];
    const name = lastPart(source.path);
    if (name === '' || name !== lastPart(destination.path)) return [];
    if (lint.facts.places.get(source.path)?.kind === 'regular-file') return [];
    const fix = editRsync(
      lint,
      rsync,
      [{ at: word.end, remove: 0, insert: '/' }],
      'What lies in the nested directory now stays there: remove it by hand once the next run is through.',
    );
    const message = `The source has no slash at its end, so the directory itself is copied: into ${shownWord(`${destination.path.replace(/\/$/, '')}/${name}`)}.`;
    return [found('nested-directory', 'warning', message, fix, 'Add the slash')];
  });

export const compressLocal: Rule = (lint) =>
  each(lint, (rsync) => {
    const { line } = rsync;
    if (!line.compress || line.destination?.kind !== 'local' || line.sources.some(({ kind }) => kind !== 'local')) return [];
    const edits = line.optionWords.flatMap((word) => {
      const raw = rawOf(lint, word);
      if (raw !== word.text) return [];
      if (/^--compress(?:-choice=.*|-level=.*)?$/.test(raw) || /^-z+$/.test(raw))
        return [{ at: word.start, remove: raw.length + 1, insert: '' }];
      // A letter after `e` and the like is its value.
      if (!/^-[a-zA-Z]*z/.test(raw) || /[BTefM@]/.test(raw)) return [];
      return [{ at: word.start, remove: raw.length, insert: raw.replaceAll('z', '') }];
    });
    const fix = edits.length === 0 ? null : editRsync(lint, rsync, edits);
    return [
      found(
        'compress-local',
        'warning',
        '-z compresses and expands on the same machine: it takes time and saves nothing.',
        fix,
        'Leave -z out',
      ),
    ];
  });

export const sameFileSystem: Rule = (lint) =>
  each(lint, ({ line: { sources, destination } }) => {
    if (destination?.kind !== 'local') return [];
    const to = deviceOf(lint, destination.path);
    const same = sources.find((source) => source.kind === 'local' && to !== null && deviceOf(lint, source.path) === to);
    if (same === undefined) return [];
    const message = `${shownWord(same.path)} and ${shownWord(destination.path)} lie on the same file system: what takes the one takes the backup, too.`;
    return [found('same-file-system', 'warning', message, null, '')];
  });

function deviceOf({ facts }: Lint, path: string): string | null {
  const device = facts.places.get(path)?.device.replace(/^near\./, '');
  return device === undefined || !/^\d+$/.test(device) ? null : device;
}

export const secretReadable: Rule = (lint) =>
  each(lint, ({ line: { passwordFile } }) => (passwordFile === null ? [] : readableSecret(passwordFile, lint.facts.secrets)));

/** A file of secrets that others than its owner may read: rsync refuses it as a rule, and it is no secret. */
export function readableSecret(path: string, secrets: Lint['facts']['secrets']): readonly Found[] {
  const mode = secrets.get(path)?.mode;
  if (mode === undefined || !/^[0-7]{3,4}$/.test(mode) || !/[4-7]$/.test(mode)) return [];
  const fix: Fix = { kind: 'mode', path, before: mode, mode: '600' };
  return [
    found(
      'secret-readable',
      'error',
      `Everybody on the host may read ${shownWord(path)} (mode ${mode}).`,
      fix,
      'Let only its owner read it',
    ),
  ];
}

export const hostKeyUnknown: Rule = (lint) =>
  sshUses(lint.job)
    .filter(({ user, port, host, checksHostKey }) => checksHostKey && lint.facts.hostKeys.get(`${user} ${port} ${host}`) === 'no')
    .slice(0, 1)
    .map(({ user, port, host }) => {
      const message = `${visibleText(user, 60)} does not know the host key of ${visibleText(host, 120)}: ssh asks, nobody answers, and the job fails.`;
      return found('host-key-unknown', 'error', message, { kind: 'host-key', user, port, host }, 'Look at its key');
    });

export const keyPassphrase: Rule = (lint) =>
  sshUses(lint.job)
    .filter(({ user, key, helped }) => !helped && lint.facts.keys.get(`${user} ${key}`) === 'locked')
    .slice(0, 1)
    .map(({ user, key, host }) => {
      const which = key === '' ? `Each key of ${visibleText(user, 60)}` : shownWord(key);
      const message = `${which} has a passphrase, and cron has no agent: the login fails.`;
      return found('key-passphrase', 'error', message, newKey(lint, user, host), 'Give it a key of its own');
    });

/** Only where the line names no way of its own to run ssh. */
function newKey(lint: Lint, user: string, host: string): Fix | null {
  const [rsync] = lint.job.rsyncs;
  if (rsync === undefined || rsync.line.remoteShell !== null || !/^\w[\w.-]*$/.test(user)) return null;
  const name = `hum-${slugOf(lint.job)}`;
  const edit = editRsync(lint, rsync, [{ at: rsync.program.end, remove: 0, insert: ` -e 'ssh -i ~/.ssh/${name}'` }]);
  return edit?.kind === 'text' ? { kind: 'new-key', user, name, destination: host, file: edit.file, edits: edit.edits } : null;
}
