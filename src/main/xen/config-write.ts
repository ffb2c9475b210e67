import { HumError } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { ConfigSettings, ConfigValue } from './config-parse.ts';

/** Numbers in xl.cfg(5) that xm, which reads Python, would not take as texts. */
const numeric = new Set(
  (
    'memory maxmem vcpus maxvcpus cpu_weight cap acpi apic pae hap nx hpet nestedhvm localtime rtc_timeoffset usb vnc vncunused sdl opengl ' +
    'stdvga videoram shadow_memory xen_platform_pci e820_host nographic vncdisplay spice spiceport vfb pvshim'
  ).split(' '),
);

/**
 * Settings as the text of a configuration, one setting a line, each list item on a line of its own where there are several. What this
 * writes `parseConfig` reads back as it was, and so does xl: no value leaves its quotes.
 * @throws HumError `bad-input` for a name that is none and for a value with control characters, which no line can hold
 */
export function writeConfig(settings: ConfigSettings): string {
  return [...settings].map(([name, value]) => writeSetting(name, value)).join('');
}

/** One line (or one list) of a configuration, with its line end. @throws HumError as `writeConfig` */
export function writeSetting(name: string, value: ConfigValue): string {
  if (!/^[a-z][_0-9a-z]*$/.test(name)) {
    throw new HumError({
      code: 'bad-input',
      message: `“${visibleText(name)}” cannot be the name of a setting.`,
      hint: 'A setting begins with a small letter, and has small letters, digits and _ only.',
    });
  }
  if (typeof value === 'string' && numeric.has(name) && /^(?:0|[1-9][0-9]{0,17})$/.test(value)) return `${name} = ${value}\n`;
  return `${name} = ${writeValue(name, value, '')}\n`;
}

function writeValue(name: string, value: ConfigValue, indent: string): string {
  if (typeof value === 'string') return writeText(name, value);
  const items = value.map((item) => writeValue(name, item, `${indent}  `));
  if (items.length < 2) return `[${items.join('')}]`;
  return `[\n${items.map((item) => `${indent}  ${item},\n`).join('')}${indent}]`;
}

/**
 * A line end would have to be written as \n: libxlu reads that, but the tools that print a name or a path in a table do not expect it, and
 * xl's own messages would pass it on to whoever reads them. So no control character is written at all.
 */
function writeText(name: string, text: string): string {
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) {
    throw new HumError({
      code: 'bad-input',
      message: `The value of “${name}” holds a line end or another control character.`,
      hint: 'Remove it: a configuration cannot hold one.',
      detail: visibleText(text),
    });
  }
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
