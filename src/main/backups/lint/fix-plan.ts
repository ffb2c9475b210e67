import { createHash } from 'node:crypto';
import type { BackupFix } from '../../../shared/contract/backups.ts';
import { HumError } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { commandAction } from '../../plans/command-step.ts';
import { fileActions, versionOf } from '../../plans/file-step.ts';
import type { Plan, Step } from '../../plans/plan.ts';
import { shownWord } from '../../ssh/quote.ts';
import type { Runner } from '../../ssh/session.ts';
import { type Edit, edited } from './edit.ts';
import hostKeyScript from './host-key.sh?raw';
import { masked } from './masked.ts';
import { readFile } from './read-file.ts';
import type { Fix } from './rule.ts';

/** A fix with its plan; the person sees `shown`, the plan is started when its digest comes back. */
export interface PreparedFix {
  readonly shown: BackupFix;
  readonly plan: Plan;
}

export interface FixContext {
  readonly host: string;
  readonly title: string;
  /** With the rights of root, where they can be had. */
  readonly runner: Runner;
  /** Epoch ms. */
  readonly at: number;
}

const timeoutMs = 30_000;

/** Our steps run as root in whole: their handlers have these names in place of the runner's own. */
const asRoot = (action: Step['action']): Step['action'] => ({ ...action, handler: `backups.${action.handler}` });

/**
 * Looks at what the fix would change as it is now, and makes the plan.
 * @throws HumError `config-changed` when a file is not what was read of it, `not-found`, `command-failed`, and what `Runner.run` throws
 */
export async function prepareFix(fix: Fix, context: FixContext): Promise<PreparedFix> {
  const { host, title } = context;
  const { steps, file, note } = await stepsOf(fix, context);
  const shownSteps = steps.map((step) => ({ title: step.title, command: step.action.shown, undo: step.undo?.shown ?? null }));
  const digest = createHash('sha256')
    .update(JSON.stringify([host, file, shownSteps.map(({ title: each }) => each)]))
    .digest('hex');
  return {
    shown: { title, file, steps: shownSteps, note, digest },
    plan: { kind: 'backup-fix', title, host, subject: `backups ${host} ${subjectOf(fix)}`, steps },
  };
}

function subjectOf(fix: Fix): string {
  if ('file' in fix) return fix.file.path;
  return fix.kind === 'rename' ? fix.from : fix.kind === 'mode' ? fix.path : `known_hosts ${fix.user}`;
}

interface Prepared {
  readonly steps: readonly Step[];
  readonly file: BackupFix['file'];
  readonly note: string | null;
}

async function stepsOf(fix: Fix, context: FixContext): Promise<Prepared> {
  const { host, runner, at } = context;
  switch (fix.kind) {
    case 'text':
    case 'new-key':
    case 'secret': {
      const { path, text } = fix.file;
      const now = await readFile(runner, path);
      if (now === undefined || now.text !== text) throw changed(path);
      const after = edited(text, fix.edits);
      if (fix.edits.some(({ insert }) => masked(insert) !== insert)) throw passwordFirst(path);
      const write = editStep(host, path, { before: text, edits: fix.edits, version: now.version, at });
      const ofSystemd = fix.file.kind === 'unit' || fix.file.kind === 'drop-in';
      const writes = ofSystemd ? reloaded(host, write) : [write];
      const file = { path, before: masked(text), after: masked(after) };
      if (fix.kind === 'text') return { steps: writes, file, note: fix.note };
      if (fix.kind === 'new-key') {
        const note = `The new key is let in nowhere yet: put the line that the first step prints into ~/.ssh/authorized_keys on ${visibleText(fix.destination, 120)}.`;
        return { steps: [makeKey(host, fix), ...writes], file, note };
      }
      const bytes = (part: string) => Buffer.byteLength(part);
      const args = {
        path,
        version: now.version,
        at: bytes(text.slice(0, fix.at)),
        bytes: bytes(text.slice(fix.at, fix.at + fix.length)),
        target: fix.target,
        owner: fix.owner,
      };
      const move: Step = {
        title: `Put the password into ${fix.target}`,
        host,
        action: {
          handler: 'backups.secret',
          args,
          shown: `(umask 077; the ${args.bytes} bytes at ${args.at} of ${shownWord(path)} > ${fix.target}); chown ${shownWord(fix.owner)} ${fix.target}`,
        },
        undo: { handler: 'backups.secret-back', args, shown: `rm -f ${fix.target}` },
      };
      return {
        steps: [move, ...writes],
        file,
        note: 'The password was readable until now: give the job another one when this is done.',
      };
    }
    case 'rename': {
      const move = (from: string, to: string) => ({
        handler: 'backups.rename',
        args: { from, to },
        shown: `mv -n -- ${shownWord(from)} ${shownWord(to)}`,
      });
      return {
        steps: [{ title: `Call it ${shownWord(fix.to)}`, host, action: move(fix.from, fix.to), undo: move(fix.to, fix.from) }],
        file: null,
        note: 'It runs from now on.',
      };
    }
    case 'mode': {
      const mode = (before: string, after: string) => ({
        handler: 'backups.mode',
        args: { path: fix.path, before, after },
        shown: `chmod ${after} -- ${shownWord(fix.path)}`,
      });
      return {
        steps: [
          {
            title: `Mode ${fix.mode} for ${shownWord(fix.path)}`,
            host,
            action: mode(fix.before, fix.mode),
            undo: mode(fix.mode, fix.before),
          },
        ],
        file: null,
        note: null,
      };
    }
    case 'host-key': {
      const { keys, fingerprints, home } = await scanKeys(runner, fix);
      const path = `${home}/.ssh/known_hosts`;
      const now = await readFile(runner, path);
      const before = now?.text ?? '';
      const after = `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${keys}\n`;
      const note = `These are the keys that ${visibleText(fix.host, 120)} shows now:\n${fingerprints}\nCompare them with what the host itself says (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub).`;
      const first: Step = {
        title: `Make ${shownWord(path)}`,
        host,
        action: asUser(fix.user, 'mkdir -p ~/.ssh && : >> ~/.ssh/known_hosts'),
        undo: null,
      };
      const write = fileStep(host, path, after, now?.version ?? versionOf(''), at);
      return { steps: now === undefined ? [first, write] : [write], file: { path, before, after }, note };
    }
  }
}

/** What is made in a home is made by its user: root must own nothing there. */
const asUser = (user: string, script: string) =>
  asRoot(commandAction({ argv: ['su', '-s', '/bin/sh', user, '-c', `umask 077; ${script}`] }));

function makeKey(host: string, { user, name }: { readonly user: string; readonly name: string }): Step {
  return {
    title: `Make the key ~${user}/.ssh/${name}`,
    host,
    action: asUser(user, `mkdir -p ~/.ssh && ssh-keygen -q -t ed25519 -N "" -C ${name} -f ~/.ssh/${name} && cat ~/.ssh/${name}.pub`),
    undo: asUser(user, `rm -f ~/.ssh/${name} ~/.ssh/${name}.pub`),
  };
}

/** systemd reads a unit again only when it is told to: after the change, and after it was taken back, which is done from the end. */
function reloaded(host: string, write: Step): readonly Step[] {
  const reload = asRoot(commandAction({ argv: ['systemctl', 'daemon-reload'] }));
  const step = { title: 'Let systemd read its units', host, action: reload };
  return [{ ...step, undo: reload }, write, { ...step, undo: null }];
}

interface EditedFile {
  readonly before: string;
  readonly edits: readonly Edit[];
  readonly version: string;
  readonly at: number;
}

/** A change of a file of which the journal gets no more than what is changed: there may be passwords in the rest. */
function editStep(host: string, path: string, { before, edits, version, at }: EditedFile): Step {
  const whole = fileStep(host, path, edited(before, edits), version, at);
  const { content, ...args } = whole.action.args;
  return { ...whole, action: { ...whole.action, handler: 'backups.edit', args: { ...args, edits: edits.map((edit) => ({ ...edit })) } } };
}

/** The one before is kept where cron does not look. */
function fileStep(host: string, path: string, content: string, expectedVersion: string, at: number): Step {
  const stamp = new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  // Two fixes in one second keep two files.
  const keptAs = `/var/lib/hum/kept/${path.slice(1).replaceAll('/', '-')}.${stamp}-${expectedVersion.slice(0, 8)}`;
  const { action, undo } = fileActions({ path, content, expectedVersion, at, keptAs });
  return { title: `Write ${shownWord(path)}`, host, action: asRoot(action), undo: asRoot(undo) };
}

async function scanKeys(runner: Runner, { host, port, user }: { readonly host: string; readonly port: number; readonly user: string }) {
  const result = await runner.run(hostKeyScript, [host, String(port), user], { timeoutMs });
  const text = result.stdout.toString();
  const part = (name: string) => new RegExp(`^--${name}\n([^]*?)(?=^--|$(?![^]))`, 'm').exec(text)?.[1]?.trim() ?? '';
  const keys = part('keys')
    .split('\n')
    .filter((line) => /^[\w.,:[\]-]+ (?:ssh|ecdsa|sk)-[\w@.-]+ [A-Za-z0-9+/=]+$/.test(line))
    .join('\n');
  const home = part('home');
  if (result.code !== 0 || keys === '' || !/^\/[\w./-]*$/.test(home)) {
    throw new HumError({
      code: 'command-failed',
      message: `${visibleText(host, 120)} did not show a host key on port ${port}.`,
      hint: 'Is it reachable from the host of the job, and does it run sshd there?',
    });
  }
  return { keys, fingerprints: visibleLines(part('fingerprints')), home: home.replace(/\/$/, '') };
}

function visibleLines(text: string): string {
  return text
    .split('\n')
    .slice(0, 10)
    .map((line) => visibleText(line, 300))
    .join('\n');
}

function changed(path: string): HumError {
  return new HumError({
    code: 'config-changed',
    message: `${shownWord(path)} is not what Hum read of it: somebody has changed it since.`,
    hint: 'It is being read anew; nothing was written. Look at what it holds now, then decide again.',
  });
}

/** The change would have a password in it, and so the journal. */
function passwordFirst(path: string): HumError {
  return new HumError({
    code: 'config-invalid',
    message: `A password stands in what would be changed of ${shownWord(path)}, and the journal would keep it.`,
    hint: 'Move the password into a file of its own first, then do this.',
  });
}
