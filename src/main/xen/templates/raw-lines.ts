import { parseConfig } from '../config-parse.ts';
import { type Token, tokenize } from '../config-tokens.ts';
import { fillIn, partsOf } from './expression.ts';
import { quoted, Unfit } from './unfit.ts';

/** What Hum writes from the other fields of a template: in a raw line it would be there twice, and only one would count. */
const written: Readonly<Record<string, string>> = {
  name: 'the parameter {name}',
  type: 'type',
  builder: 'type',
  memory: 'memory',
  maxmem: 'maximumMemory',
  vcpus: 'vcpus',
  kernel: 'boot.kernel',
  ramdisk: 'boot.ramdisk',
  cmdline: 'boot.commandLine',
  root: 'boot.commandLine',
  extra: 'boot.commandLine',
  bootloader: 'boot.bootloader',
  firmware: 'boot.firmware',
  disk: 'disks',
  vif: 'vifs',
  vfb: 'console',
  vnc: 'console',
  vnclisten: 'console',
  serial: 'console',
  on_poweroff: 'onPoweroff',
  on_reboot: 'onReboot',
  on_crash: 'onCrash',
};

/** A setting of xl.cfg(5) that comes from a field of a template. */
export function isWrittenByHum(setting: string): boolean {
  return Object.hasOwn(written, setting);
}

/**
 * The raw lines of a template with their parameters filled in. A value stands for itself within quotes, and for a number without; one that
 * would end its quotes, its number or its line is refused, so that no value of a parameter becomes a setting.
 * @throws Unfit for that, for what xl cannot read, and for settings that have a field of their own
 */
export function fillRawLines(text: string, values: ReadonlyMap<string, string>): string {
  if (text.trim() === '') return '';
  const template = text.endsWith('\n') ? text : `${text}\n`;
  for (const part of partsOf(template)) {
    if (part.kind === 'parameter' && /\p{Cc}/u.test(values.get(part.name) ?? '')) {
      throw new Unfit(`{${part.name}} has a line end in it, which a configuration cannot hold.`);
    }
  }
  const escaped = new Map([...values].map(([name, value]) => [name, value.replace(/[\\"']/g, '\\$&')]));
  const filled = fillIn(template, escaped);
  const { complaints, settings, isProgram } = parseConfig(filled);
  const wrong = complaints.find(({ severity }) => severity === 'error');
  if (isProgram) throw new Unfit('This is a program in Python, as xm ran it: only settings can stand here.');
  if (wrong !== undefined) throw new Unfit(`Line ${wrong.line}, column ${wrong.column}: ${wrong.message}`);
  if (!filled.isWellFormed()) throw new Unfit('It has half a character in it.');
  for (const name of settings.keys()) {
    if (name === 'uuid') throw new Unfit('A template has no uuid: each VM gets its own when it is built.');
    if (isWrittenByHum(name)) throw new Unfit(`${quoted(name)} is written from ${written[name]}: say it there.`);
  }
  const plain = new Map([...values.keys()].map((name) => [name, '0']));
  // A comment leaves no token: with another sign in its place, what it would hide is seen.
  const uncommented = new Map([...escaped].map(([name, value]) => [name, value.replaceAll('#', '_')]));
  if (!sameShape(tokensOf(fillIn(template, plain)), tokensOf(fillIn(template, uncommented)))) {
    throw new Unfit('The value of a parameter leaves its place: put the parameter into quotes, or give it a number.');
  }
  return filled;
}

const tokensOf = (text: string) => tokenize(text, () => undefined);

/** Only what is in texts and numbers may differ. */
function sameShape(one: readonly Token[], other: readonly Token[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ kind, text }, at) => {
      const { kind: otherKind, text: otherText } = other[at] ?? { kind: 'end', text: '' };
      return kind === otherKind && (kind !== 'name' || text === otherText);
    })
  );
}
