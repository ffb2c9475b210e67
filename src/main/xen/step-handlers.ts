import { HumError } from '../../shared/errors.ts';
import { formatDuration } from '../../shared/units.ts';
import { type StepContext, type StepHandler, StepRefused } from '../plans/plan.ts';
import { pause } from '../stream.ts';
import { deploymentFailure } from './deploy/deployment-failures.ts';
import { deploymentStepHandlers } from './deploy/deployment-steps.ts';
import { settle } from './deploy/settle.ts';
import { removalStepHandlers } from './deploy/trash.ts';
import { type Effect, outOfTime, reached, rowOf, type Waited } from './effects.ts';
import { toolstackFailure } from './failures.ts';
import { type ScriptName, xenScript } from './scripts.ts';
import { type Args, idOf, list, text, uuidOf } from './step-args.ts';
import type { Xen } from './xen.ts';

const minute = 60_000;

/** From the request to the exit status. A large domain takes its time to be written to a disk, or through a network. */
const timeouts = { domain: 10 * minute, migrate: 12 * 60 * minute, save: 4 * 60 * minute, start: 15 * minute, look: minute } as const;

/** The exit status of scripts/toolstack.sh for a host whose xenstore does not answer: there is nothing to take back. */
const nothingBegun = 86;

/** Between two looks while a step waits, ms: each costs the host a few processes. */
const lookEveryMs = 1000;

/** The script and its word for what a start is of a plan that has claimed the name; the others are start.sh's own. */
const startScripts: ReadonlyMap<string, readonly [ScriptName, word: string]> = new Map([
  ['deploy', ['build', 'make']],
  ['undo-deploy', ['build', 'undo']],
]);

/** What the plan runner must know to run the steps of this feature, by `Action.handler`. */
export function xenStepHandlers(xen: () => Xen): Readonly<Record<string, StepHandler>> {
  return {
    'xen.domain': (args, context) => {
      const words = list(args, 'words');
      const script = [text(args, 'tool'), uuidOf(args), idOf(args), text(args, 'name'), text(args, 'gone'), text(args, 'unless'), ...words];
      return runScript('domain', script, words.join(' '), words[1] === 'migrate' ? timeouts.migrate : timeouts.domain, context);
    },
    'xen.start': (args, context) => {
      const [tool, what, mark] = [text(args, 'tool'), text(args, 'what'), text(args, 'mark')];
      const [name, word] = startScripts.get(what) ?? (['start', what] as const);
      return runScript(name, [tool, word, mark, text(args, 'config'), text(args, 'name')], `${tool} create`, timeouts.start, context);
    },
    'xen.save': (args, context) => {
      const tool = text(args, 'tool');
      const script = [
        tool,
        text(args, 'what'),
        uuidOf(args),
        idOf(args),
        text(args, 'name'),
        text(args, 'file'),
        String(args.needKib ?? 0),
      ];
      return runScript('save', script, `${tool} ${text(args, 'what')}`, timeouts.save, context);
    },
    'xen.autostart': (args, context) => {
      // Only a deployment keeps account of what it makes.
      const script = [text(args, 'what'), text(args, 'config'), typeof args.mark === 'string' ? args.mark : ''];
      return runScript('autostart', script, 'The change of /etc/xen/auto', timeouts.look, context);
    },
    'xen.destination': (args, context) => lookAtDestination(args, context),
    'xen.wait': (args, context) => waitFor(xen(), args, context),
    'xen.settle': (args, context) => settle(args, context, xen().host(context.host)?.tookMs ?? 0),
    ...deploymentStepHandlers,
    ...removalStepHandlers,
  };
}

/** Runs one of our scripts as a step. @throws HumError in the toolstack's words, translated; what `Runner.run` throws */
async function runScript(name: ScriptName, args: readonly string[], shown: string, timeoutMs: number, context: StepContext): Promise<void> {
  const result = await context.runner().run(xenScript(name), args, { timeoutMs, signal: context.signal });
  const output = result.stdout.toString() + result.stderr.toString();
  context.output(output);
  const problem = deploymentFailure({ code: result.code, output, shown });
  if (problem === undefined) return;
  const told = { ...problem, host: context.host };
  throw result.code === nothingBegun ? new StepRefused(told) : new HumError(told);
}

async function lookAtDestination(args: Args, context: StepContext): Promise<void> {
  const words = list(args, 'words');
  const receiver = text(args, 'receiver');
  const result = await context.runner().run(xenScript('destination'), [text(args, 'what'), ...words], {
    timeoutMs: timeouts.look,
    signal: context.signal,
  });
  const output = result.stdout.toString() + result.stderr.toString();
  context.output(output);
  const missing = [...result.stdout.toString().matchAll(/^missing (bridge|disk)=(.*)$/gm)];
  const [first] = missing;
  if (result.code === 85 && first !== undefined) {
    throw new HumError({
      code: first[1] === 'bridge' ? 'bridge-missing' : 'disk-missing',
      message: `${receiver} lacks ${missing.map(([, kind, what]) => `the ${kind} ${what}`).join(', ')}.`,
      hint: 'A domain finds the same bridges and disks on both hosts, or it does not move. Nothing was changed.',
      host: context.host,
    });
  }
  const problem = toolstackFailure({ code: result.code, output, shown: `ssh to ${receiver}` });
  if (problem !== undefined) throw new HumError({ ...problem, host: context.host });
}

/** Looks again and again, at once after each answer of the host, until the effect is there or the time is over. */
async function waitFor(xen: Xen, args: Args, context: StepContext): Promise<void> {
  const effect = args as unknown as Effect;
  const domain: Waited = { uuid: uuidOf(args) || null, id: typeof args.id === 'number' ? args.id : null, name: text(args, 'name') };
  const limitMs = typeof args.limitMs === 'number' ? args.limitMs : minute;
  const started = Date.now();
  let before: ReturnType<typeof rowOf> | null;
  for (;;) {
    // Fails where there is no connection: what is known of the host is old then.
    context.runner();
    const asked = Date.now();
    await xen.refresh(context.host);
    if (context.signal.aborted) throw cancelled();
    const host = xen.host(context.host);
    const row = rowOf(
      effect,
      domain,
      xen.domains().filter((each) => each.host === context.host),
    );
    if (host !== undefined && host.problem === undefined && host.at >= asked) {
      if (reached(effect, domain, row, before)) return;
      before = row ?? before ?? null;
    }
    const waited = Date.now() - started;
    if (waited >= limitMs) {
      if (host?.problem !== undefined) throw new HumError({ ...host.problem, host: context.host });
      const end = outOfTime(effect, domain, row, formatDuration(limitMs));
      if (end instanceof HumError) throw end;
      context.output(`${end.said}\n`);
      return;
    }
    context.progress(`${row === undefined ? 'not there' : row.load.state}, ${formatDuration(waited)}`);
    await pause(lookEveryMs, context.signal);
    if (context.signal.aborted) throw cancelled();
  }
}

function cancelled(): HumError {
  return new HumError({ code: 'cancelled', message: 'The wait was ended.', hint: 'Start the action again if it is still wanted.' });
}
