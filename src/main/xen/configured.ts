import { type ConfigSettings, parseConfig } from './config-parse.ts';

/** A domain that has a configuration on disk. */
export interface ConfiguredDomain {
  readonly name: string;
  /** Of its file in /etc/xen; of the one in /etc/xen/auto where there is no other. */
  readonly path: string;
  readonly settings: ConfigSettings;
  readonly isProgram: boolean;
  /** A file in /etc/xen/auto has this name: xendomains starts it with the host. */
  readonly autostart: boolean;
}

/** scripts/probe.sh sends no more than 3 MB of them. */
const mostFiles = 4_000;

/** Reads the `xen-files` section: `<path>:<line>` for each line of each file. The texts of the files by their paths. */
export function filesOf(section: string): Map<string, string> {
  const lines = new Map<string, string[]>();
  for (const line of section.split('\n')) {
    const start = line.indexOf('/etc/xen/');
    const colon = start < 0 ? -1 : line.indexOf(':', start);
    if (colon < 0) continue;
    const path = line.slice(start, colon);
    const file = lines.get(path);
    if (file !== undefined) file.push(line.slice(colon + 1));
    else if (lines.size < mostFiles) lines.set(path, [line.slice(colon + 1)]);
  }
  return new Map([...lines].map(([path, text]) => [path, `${text.join('\n')}\n`]));
}

/** Settings that a domain has and that a file of settings for something else (xl.conf, oxenstored.conf) does not. */
const telling = ['kernel', 'bootloader', 'builder', 'type', 'memory', 'disk', 'vif', 'firmware'];

/** The domains that these files configure, by their names. Of several files with one name the first counts, in order of their paths. */
export function configuredDomains(files: ReadonlyMap<string, string>): Map<string, ConfiguredDomain> {
  const configured = new Map<string, ConfiguredDomain>();
  const started = new Map<string, ConfiguredDomain>();
  for (const path of [...files.keys()].sort()) {
    const { settings, isProgram } = parseConfig(files.get(path) ?? '');
    const name = settings.get('name');
    if (typeof name !== 'string' || name === '' || !telling.some((setting) => settings.has(setting))) continue;
    const list = path.startsWith('/etc/xen/auto/') ? started : configured;
    if (!list.has(name)) list.set(name, { name, path, settings, isProgram, autostart: list === started });
  }
  for (const [name, domain] of started) {
    const file = configured.get(name);
    configured.set(name, file === undefined ? domain : { ...file, autostart: true });
  }
  return configured;
}
