import { createHash } from 'node:crypto';
import type { DomainConfig, DomainRow, Toolstack } from '../../shared/contract/xen.ts';
import { HumError } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { Runner } from '../ssh/session.ts';
import { problemOfAnswer } from './command-answer.ts';
import { compareConfigs } from './config-compare.ts';
import { type ConfigSettings, parseConfig } from './config-parse.ts';
import { writeSetting } from './config-write.ts';
import script from './scripts/configuration.sh?raw';
import { toolstackReaders } from './toolstack.ts';
import { parseXenstore } from './xenstore-domains.ts';

/** xenstore holds no text of this length, and a configuration of more is none: scripts/probe.sh passes it over. */
const mostBytes = 512 * 1024;

/**
 * Reads the configuration of a domain as it is now, on disk and as it runs.
 * @throws HumError `file-unreadable`, `domain-gone`, and what `Runner.run` throws
 */
export async function readDomainConfig(runner: Runner, toolstack: Toolstack, { host, facts, load }: DomainRow): Promise<DomainConfig> {
  const [disk, running, told] = await Promise.all([
    facts.configFile === null ? null : readDisk(runner, host, facts.configFile),
    load.id === null ? null : readRunning(runner, host, toolstack, load.id),
    load.id === null ? [] : readAddresses(runner, load.id),
  ]);
  const onDisk = disk === null ? undefined : parseConfig(disk.text);
  const comparable = onDisk !== undefined && !onDisk.isProgram && running !== null;
  return {
    disk,
    running: running === null ? null : written(running),
    differences: comparable ? compareConfigs(onDisk.settings, running) : [],
    addresses: told,
  };
}

async function readDisk(runner: Runner, host: string, path: string): Promise<NonNullable<DomainConfig['disk']> | null> {
  const { code, stdout, stderr } = await runner.run(script, ['file', path], { maxBytes: mostBytes });
  const complaint = stderr.toString('utf8').trim();
  if (code === 0) return { path, text: stdout.toString('utf8'), version: createHash('sha256').update(stdout).digest('hex') };
  if (/no such file/i.test(complaint)) return null;
  throw new HumError({
    code: 'file-unreadable',
    message: 'The configuration cannot be read.',
    hint: 'See whether the account that Hum logs in as may read it, or may use sudo without a password.',
    host,
    detail: visibleText(complaint, 500),
  });
}

/** Null when it has ended meanwhile, or the toolstack cannot describe it. */
async function readRunning(runner: Runner, host: string, toolstack: Toolstack, id: number): Promise<ConfigSettings | null> {
  const { code, stdout, stderr } = await runner.run(script, ['running', toolstack, String(id)], { timeoutMs: 25_000 });
  if (code !== 0) {
    const answer = { status: code ?? 255, stdout: '', stderr: stderr.toString('utf8') };
    if (/invalid domain|does not exist|not found/i.test(answer.stderr)) return null;
    throw new HumError(problemOfAnswer(answer, { host, toolstack, command: `${toolstack} list --long`, xenstored: true }));
  }
  const domains = toolstackReaders[toolstack]?.domains(stdout.toString('utf8'));
  return domains?.find((domain) => domain.id === id)?.settings ?? null;
}

/** A value that no configuration can hold, one with a line end, is shown as a remark. */
function written(settings: ConfigSettings): string {
  let text = '';
  for (const [name, value] of settings) {
    try {
      text += writeSetting(name, value);
    } catch {
      text += `# ${name}: ${visibleText(JSON.stringify(value), 500)}\n`;
    }
  }
  return text;
}

/** Of xenstore-paths.pandoc, "Guest Agents", and of XenServer's own agent, which has `eth0/ip`. */
const addressPath = /\/attr\/(?:vif\/\d+\/ipv[46]\/\d+|eth\d+\/(?:ip|ipv6\/\d+\/addr))$/;

async function readAddresses(runner: Runner, id: number): Promise<string[]> {
  const { stdout } = await runner.run(script, ['addresses', String(id)], { timeoutMs: 10_000, maxBytes: mostBytes });
  const told = [...parseXenstore(stdout.toString('utf8'))].flatMap(([path, value]) => (addressPath.test(path) ? [value] : []));
  // Whatever else a guest writes there is no address.
  return [...new Set(told)].filter((value) => /^[0-9a-f:.]{2,45}$/i.test(value)).slice(0, 64);
}
