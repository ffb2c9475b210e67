import type { BackupPlace, RsyncSummary } from '../../../shared/contract/backups.ts';
import { readPlace } from './places.ts';
import type { Word } from './shell-words.ts';

/** What an rsync command line says, with the words that said it. */
export interface RsyncLine extends RsyncSummary {
  readonly sourceWords: readonly Word[];
  readonly optionWords: readonly Word[];
  /** The argument of `-e` or `--rsh`: how ssh is run. */
  readonly remoteShell: string | null;
  readonly passwordFile: string | null;
  readonly maxDelete: boolean;
  readonly daemon: boolean;
}

/** Options that take the next word where `=` gives them none (rsync 3.2, options.c). */
const takesWord = new Set(
  (
    'address backup-dir bwlimit block-size checksum-choice checksum-seed chmod chown compare-dest compress-choice compress-level config contimeout ' +
    'copy-as copy-dest debug dparam early-input exclude exclude-from files-from filter groupmap iconv include include-from info link-dest log-file ' +
    'log-file-format log-format max-alloc max-delete max-size min-size modify-window only-write-batch out-format partial-dir password-file port ' +
    'protocol read-batch remote-option rsh rsync-path skip-compress sockopts stderr stop-after stop-at suffix temp-dir timeout time-limit usermap ' +
    'write-batch zc zl'
  ).split(' '),
);
/** Letters whose value is the rest of the word, or the next one. */
const lettersWithValue = 'BTefM@';
const deletes = /^(?:del|delete(?:-(?:before|during|delay|after|excluded|missing-args))?)$/;

/** Reads the words after `rsync`. */
export function readRsync(words: readonly Word[]): RsyncLine {
  const places: Word[] = [];
  const optionWords: Word[] = [];
  const said = new Map<string, string | null>();
  let onlyPlaces = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) continue;
    const { text } = word;
    const next = () => {
      at += 1;
      const value = words[at];
      if (value !== undefined) optionWords.push(value);
      return value?.text ?? '';
    };
    if (onlyPlaces || !text.startsWith('-') || text === '-') places.push(word);
    else if (text === '--') onlyPlaces = true;
    else if (text.startsWith('--')) {
      optionWords.push(word);
      const equals = text.indexOf('=');
      const name = text.slice(2, equals < 0 ? undefined : equals);
      said.set(name, equals >= 0 ? text.slice(equals + 1) : takesWord.has(name) ? next() : null);
    } else {
      optionWords.push(word);
      for (let letter = 1; letter < text.length; letter += 1) {
        const char = text[letter] ?? '';
        if (!lettersWithValue.includes(char)) said.set(char, null);
        else {
          const rest = text.slice(letter + 1);
          said.set(char, rest === '' ? next() : rest.replace(/^=/, ''));
          break;
        }
      }
    }
  }
  const destination = places.length > 1 ? places.at(-1) : undefined;
  const sourceWords = destination === undefined ? places : places.slice(0, -1);
  const any = (...names: readonly string[]) => names.some((name) => said.has(name));
  const value = (...names: readonly string[]) => names.map((name) => said.get(name)).find((each) => typeof each === 'string') ?? null;
  return {
    sources: sourceWords.map(({ text }) => continued(readPlace(text), sourceWords)),
    destination: destination === undefined ? null : readPlace(destination.text),
    options: optionWords.map(({ text }) => text),
    delete: [...said.keys()].some((name) => deletes.test(name)),
    dryRun: any('n', 'dry-run'),
    compress: any('z', 'compress', 'compress-choice', 'zc', 'zz') && value('compress-level', 'zl') !== '0',
    bandwidth: value('bwlimit'),
    logFile: value('log-file'),
    sourceWords,
    optionWords,
    remoteShell: value('e', 'rsh'),
    passwordFile: value('password-file'),
    maxDelete: any('max-delete'),
    daemon: any('daemon'),
  };
}

/** `host:a :b` asks the same host for both. */
function continued(place: BackupPlace, words: readonly Word[]): BackupPlace {
  const more = place.kind === 'local' ? /^(::?)(.*)$/s.exec(place.path) : null;
  if (more === null) return place;
  const first = readPlace(words[0]?.text ?? '');
  return first.kind === 'local' ? place : { ...first, path: more[2] ?? '' };
}
