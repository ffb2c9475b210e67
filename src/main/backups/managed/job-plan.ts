import { versionOf } from '../../plans/file-step.ts';
import type { Action, Plan, Step } from '../../plans/plan.ts';
import { shownWord } from '../../ssh/quote.ts';
import { type JobPart, type JobTexts, jobParts, jobPaths } from './job-files.ts';

/** One file as it is and as it is to be; null where it is not there. */
export interface FileMove {
  readonly path: string;
  /** Octal; `keep` for that of the file that is there. */
  readonly mode: string;
  readonly before: string | null;
  readonly after: string | null;
}

const modes: Readonly<Record<JobPart, string>> = { script: '0755', service: '0644', timer: '0644', cron: '0644' };

/** The files that change, in an order in which no schedule ever starts a script that is not there. */
export function fileMoves(name: string, before: JobTexts, after: JobTexts): readonly FileMove[] {
  const paths = jobPaths(name);
  const move = (part: JobPart): FileMove => ({ path: paths[part], mode: modes[part], before: before[part], after: after[part] });
  const changed = jobParts.filter((part) => before[part] !== after[part]);
  const gone = changed.filter((part) => after[part] === null).reverse();
  return [
    ...gone.filter((part) => part !== 'script'),
    ...changed.filter((part) => after[part] !== null),
    ...gone.filter((part) => part === 'script'),
  ].map(move);
}

function place({ path, mode }: FileMove, before: string | null, after: string | null): Action {
  const [from, to] = [before, after].map((text) => (text === null ? '' : versionOf(text)));
  const file = shownWord(path);
  const kept = mode === 'keep' ? '' : `; chown root:root ${file}; chmod ${mode} ${file}`;
  return {
    handler: 'backups.place',
    args: { path, mode, from: from ?? '', to: to ?? '', content: after ?? '' },
    shown: after === null ? `rm ${file}` : `cat > ${file}${kept}`,
  };
}

/** The step that puts a file where it is to be, and its undo, which brings back what was there. */
export function fileStep(host: string, move: FileMove): Step {
  const verb = move.after === null ? 'Remove' : move.before === null ? 'Write' : 'Change';
  return {
    title: `${verb} ${move.path}`,
    host,
    action: place(move, move.before, move.after),
    undo: place(move, move.after, move.before),
  };
}

export interface JobPlanParts {
  readonly host: string;
  readonly hostName: string;
  readonly name: string;
  /** "Save backup". */
  readonly doing: string;
  readonly kind: string;
  /** Whose state folder is to be there; null where it is no matter of this change. */
  readonly user: string | null;
  readonly moves: readonly FileMove[];
  /** What becomes of the timer once the files stand, and what it was before. */
  readonly timer: { readonly before: boolean; readonly after: boolean };
}

/** The subject of every plan that changes a job. */
export function jobSubject(host: string, name: string): string {
  return `backup ${host}/${name}`;
}

/** A change of a job as a plan: folder, timer off, files, timer on; or only a word to systemd where it stays off. */
export function jobPlan({ host, hostName, name, doing, kind, user, moves, timer }: JobPlanParts): Plan {
  const timerAction = (what: 'on' | 'off'): Action => ({
    handler: 'backups.timer',
    args: { what, name },
    shown: `systemctl ${what === 'on' ? 'enable' : 'disable'} --now hum-${name}.timer`,
  });
  const reload: Action = { handler: 'backups.timer', args: { what: 'reload', name }, shown: 'systemctl daemon-reload' };
  const stateAction = (what: 'make' | 'unmake'): Action => ({
    handler: 'backups.state',
    args: { what, name, user: user ?? 'root' },
    shown: what === 'make' ? `install -d -o ${user} /var/lib/hum/jobs/${name}` : `rmdir /var/lib/hum/jobs/${name}`,
  });
  const unitsChange = moves.some(({ path }) => path.endsWith('.timer'));
  const off: Step = { title: `Stop the timer hum-${name}`, host, action: timerAction('off'), undo: timerAction('on') };
  const on: Step = { title: `Start the timer hum-${name}`, host, action: timerAction('on'), undo: timerAction('off') };
  return {
    kind,
    title: `${doing} ${name} on ${hostName}`,
    host,
    subject: jobSubject(host, name),
    steps: [
      ...(user === null
        ? []
        : [{ title: `Make the folder of its status and log`, host, action: stateAction('make'), undo: stateAction('unmake') }]),
      ...(timer.before && unitsChange ? [off] : []),
      ...moves.map((move) => fileStep(host, move)),
      ...(unitsChange ? [timer.after ? on : { title: 'Tell systemd of it', host, action: reload, undo: null }] : []),
    ],
  };
}
