import type { FileSystem, HostDisks } from '../../shared/contract/fleet.ts';
import type { Severity } from '../../shared/incident.ts';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { clockTime } from '../components/clock-time.ts';

/** A file system as its line shows it. */
export interface FileSystemLine {
  readonly mount: string;
  /** 0..1. */
  readonly full: number;
  readonly strain: 'warn' | 'bad' | undefined;
  /** What is left of what is nearly used up. */
  readonly room: string;
  /** Where it comes from. */
  readonly tip: string;
}

/** `levels` are those at which the rule fires on this host; what is read-only does not fill up. */
export function lineOf(system: FileSystem, levels: readonly { readonly at: number; readonly severity: Severity }[]): FileSystemLine {
  const { mount, device, type, full, fullOf, inodes, readOnly } = system;
  const beyond = (severity: Severity) => !readOnly && levels.some((level) => level.severity === severity && full >= level.at);
  const space = `${formatBytes(system.available)} free of ${formatBytes(system.size)}`;
  const files = inodes === null ? null : `${count(inodes.total - inodes.used)} inodes free of ${count(inodes.total)}`;
  const notes = [visibleText(device, 200), type, ...(readOnly ? ['read-only'] : []), space, ...(files === null ? [] : [files])];
  return {
    mount: visibleText(mount, 200),
    full,
    strain: beyond('critical') ? 'bad' : beyond('warning') ? 'warn' : undefined,
    room: `${fullOf === 'inodes' && files !== null ? files : space}${readOnly ? ', read-only' : ''}`,
    tip: `df -P: ${notes.join(' · ')}`,
  };
}

const count = (value: number) => value.toLocaleString('en');

/** The sentence beside the title. */
export function disksNote(disks: HostDisks | null, online: boolean): string {
  if (disks === null) return online ? 'Read within a minute…' : 'Shown when the host is online.';
  const asOf = `As of ${clockTime(disks.at)}`;
  if (disks.problem !== null) return visibleText(disks.problem, 200);
  if (disks.fileSystems.length === 0) return 'There is none on a disk of its own.';
  return online ? asOf : `${asOf}, before the host went away.`;
}
