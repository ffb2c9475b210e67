import type { HostFacts } from '../../shared/contract/fleet.ts';
import type { Toolstack } from '../../shared/contract/xen.ts';
import { visibleText } from '../../shared/visible-text.ts';

const toolstacks: readonly Toolstack[] = ['xl', 'xm', 'xe'];

/**
 * Reads what the `facts` section prints: `key=value` lines, and the PRETTY_NAME line of os-release(5) as it is.
 * The first line of a key counts: /etc/os-release goes before /usr/lib/os-release. What the host did not tell is empty, or 0 cores.
 */
export function parseFacts(text: string, bootedAt: number): HostFacts {
  const told = new Map<string, string>();
  for (const line of text.split('\n', 100)) {
    const equals = line.indexOf('=');
    const key = line.slice(0, equals);
    if (equals > 0 && !told.has(key)) told.set(key, line.slice(equals + 1).trim());
  }
  const text200 = (key: string) => visibleText(told.get(key) ?? '', 200);
  const cores = Number(told.get('cores'));
  return {
    hostName: text200('hostname'),
    kernel: text200('kernel'),
    distribution: visibleText(unquote(told.get('PRETTY_NAME') ?? told.get('release') ?? ''), 200),
    architecture: text200('architecture'),
    cores: Number.isInteger(cores) && cores > 0 && cores < 100_000 ? cores : 0,
    bootId: text200('boot_id'),
    toolstack: toolstacks.find((each) => each === told.get('toolstack')) ?? null,
    bootedAt,
  };
}

/** A value of os-release(5): shell quoting, with at most one pair of quotes around it all. */
function unquote(value: string): string {
  const quote = value[0];
  if (value.length < 2 || (quote !== '"' && quote !== "'") || !value.endsWith(quote)) return value;
  const inner = value.slice(1, -1);
  return quote === '"' ? inner.replace(/\\([\\"$`])/g, '$1') : inner;
}
