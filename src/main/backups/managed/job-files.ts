import { calendarLines, needsBothDays, plainSchedule, readSchedule } from '../../../shared/backup-schedule.ts';
import type { JobDefinition, ManagedJob } from '../../../shared/contract/backup-jobs.ts';
import { HumError } from '../../../shared/errors.ts';
import { versionOf } from '../../plans/file-step.ts';
import { definitionIn, jobScript } from './job-script.ts';

/** Where the files of a job are. A root folder may come in front of all of them. */
export function jobPaths(name: string) {
  return {
    script: `/etc/hum/jobs/${name}.sh`,
    cron: `/etc/cron.d/hum-${name}`,
    service: `/etc/systemd/system/hum-${name}.service`,
    timer: `/etc/systemd/system/hum-${name}.timer`,
  } as const;
}

export type JobPart = keyof ReturnType<typeof jobPaths>;
/** In the order in which they are written: nothing starts a script that is not there yet. */
export const jobParts: readonly JobPart[] = ['script', 'service', 'timer', 'cron'];

/** What stands in each file of a job; null where it is not to be there. */
export type JobTexts = Readonly<Record<JobPart, string | null>>;

export const noTexts: JobTexts = { script: null, cron: null, service: null, timer: null };

const pathLine = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const heading = '# Written by Hum; edit it there.';
const disabledMark = '# hum-disabled ';

/** The files of a job as Hum writes them. */
export function jobTexts({ definition, disabled }: ManagedJob): JobTexts {
  const script = jobScript(definition);
  return definition.scheduler === 'cron'
    ? { script, cron: cronText(definition, disabled), service: null, timer: null }
    : { script, cron: null, service: serviceText(definition), timer: timerText(definition, disabled) };
}

function cronText({ name, schedule, user, mailTo }: JobDefinition, disabled: string | null): string {
  const line = `${plainSchedule(schedule)} ${user} ${jobPaths(name).script}`;
  return [
    heading,
    'SHELL=/bin/sh',
    pathLine,
    `MAILTO="${mailTo ?? ''}"`,
    disabled === null ? line : `${disabledMark}${disabled}: ${line}`,
    '',
  ].join('\n');
}

function serviceText({ name, user }: JobDefinition): string {
  return [
    heading,
    '[Unit]',
    `Description=Backup ${name}`,
    'Wants=network-online.target',
    'After=network-online.target',
    '',
    '[Service]',
    'Type=oneshot',
    `User=${user}`,
    `ExecStart=${jobPaths(name).script}`,
    // 24: files vanished meanwhile; 75: the run before still goes on.
    'SuccessExitStatus=24 75',
    '',
  ].join('\n');
}

function timerText({ name, schedule }: JobDefinition, disabled: string | null): string {
  const fields = readSchedule(schedule);
  if (typeof fields === 'string') throw new HumError({ code: 'bad-input', message: fields, hint: 'Write the schedule anew.' });
  return [
    heading,
    ...(disabled === null ? [] : [`${disabledMark}${disabled}`]),
    '[Unit]',
    `Description=When backup ${name} runs`,
    '',
    '[Timer]',
    ...calendarLines(fields, needsBothDays(schedule)).map((line) => `OnCalendar=${line}`),
    'Persistent=true',
    '',
    '[Install]',
    'WantedBy=timers.target',
    '',
  ].join('\n');
}

/** A job in the files that a host has, or undefined where there is none that Hum understands. `byHand`: they are not as Hum writes them. */
export function readJob(texts: JobTexts): (ManagedJob & { readonly byHand: boolean }) | undefined {
  const definition = texts.script === null ? undefined : definitionIn(texts.script);
  if (definition === undefined) return undefined;
  const disabled = definition.scheduler === 'cron' ? disabledCron(texts.cron ?? '', definition) : disabledTimer(texts.timer ?? '');
  const written = jobTexts({ definition, disabled });
  return { definition, disabled, byHand: jobParts.some((part) => written[part] !== texts[part]) };
}

function disabledCron(text: string, { name }: JobDefinition): string | null {
  const line = text.split('\n').find((each) => each.startsWith(disabledMark));
  const found = line === undefined ? undefined : /^(.*): (?:\S+ ){6}(\/etc\/hum\/jobs\/\S+)$/.exec(line.slice(disabledMark.length));
  return found?.[2] === jobPaths(name).script ? (found[1] ?? '') : null;
}

function disabledTimer(text: string): string | null {
  const line = text.split('\n').find((each) => each.startsWith(disabledMark));
  return line === undefined ? null : line.slice(disabledMark.length);
}

/** Of all files of a job: the same for the same texts. */
export function textsVersion(texts: JobTexts): string {
  return versionOf(JSON.stringify(jobParts.map((part) => texts[part])));
}
