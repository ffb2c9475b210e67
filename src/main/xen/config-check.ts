import type { ConfigComplaint, Toolstack } from '../../shared/contract/xen.ts';
import type { Runner } from '../ssh/session.ts';
import { parseConfig } from './config-parse.ts';
import { toolstackFailure } from './failures.ts';
import { xenScript } from './scripts.ts';

const timeoutMs = 30_000;

/**
 * What is wrong with a configuration: the parser's complaints, and, where there are none, those of the toolstack on the host, which only
 * reads it (`xl -N create`) and builds nothing.
 * @throws HumError as `Runner.run`
 */
export async function checkOnHost(runner: Runner, toolstack: Toolstack, text: string): Promise<{ complaints: readonly ConfigComplaint[] }> {
  const { complaints, isProgram } = parseConfig(text);
  const readable = toolstack === 'xl' ? complaints.every(({ severity }) => severity !== 'error') : toolstack === 'xm';
  const own = toolstack === 'xm' && isProgram ? [] : complaints;
  if (!readable) return { complaints: own };
  const result = await runner.run(xenScript('check-config'), [toolstack], { timeoutMs, stdin: text });
  return { complaints: [...own, ...complaintsOf(result.code, result.stdout.toString() + result.stderr.toString())] };
}

/** xl names a line where it can: "/tmp/x:3: config parsing error near …", "/tmp/x:3: warning: parameter …". */
export function complaintsOf(code: number | null, output: string): ConfigComplaint[] {
  const found: ConfigComplaint[] = [];
  for (const [, line, warning, message] of output.matchAll(/^\/[^\n:]*:(\d+): (warning: )?([^\n]*)$/gm)) {
    found.push({ line: Number(line), column: 0, severity: warning === undefined ? 'error' : 'warning', message: `xl: ${message}` });
  }
  if (code === 0 || found.some(({ severity }) => severity === 'error')) return found;
  const problem = toolstackFailure({ code, output, shown: 'xl -N create' });
  if (problem !== undefined) found.push({ line: 0, column: 0, severity: 'error', message: problem.message });
  return found;
}
