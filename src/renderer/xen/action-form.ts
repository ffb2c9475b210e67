import { type DomainAction, type DomainRow, domainAction } from '../../shared/contract/xen.ts';
import type { ActionKind } from './action-words.ts';

/** What the dialog asks for, as it is typed. Not every action uses every field. */
export interface ActionForm {
  readonly memoryMib: number | null;
  readonly vcpus: number | null;
  readonly name: string;
  readonly path: string;
  readonly to: string | null;
  readonly on: boolean;
}

const mib = 1024 ** 2;

/** What the form says when it opens for these domains: as they are. */
export function firstForm(rows: readonly DomainRow[]): ActionForm {
  const [row] = rows;
  return {
    memoryMib: row ? Math.round(row.facts.memoryTarget / mib) || null : null,
    vcpus: row && row.load.vcpus > 0 ? row.load.vcpus : null,
    name: row && rows.length === 1 ? row.name : '',
    path: '',
    to: null,
    on: !rows.every((each) => each.facts.autostart),
  };
}

/** Whether something has to be asked before the action can be planned. */
export function asksFirst(kind: ActionKind): boolean {
  return kind === 'set-memory' || kind === 'set-vcpus' || kind === 'rename' || kind === 'migrate' || kind === 'save' || kind === 'restore';
}

/** The action that the form stands for, or what is still missing or wrong, as a sentence. */
export function actionFrom(kind: ActionKind, form: ActionForm): DomainAction | string {
  const read = domainAction.safeParse(written(kind, form));
  if (read.success) return read.data;
  switch (kind) {
    case 'set-memory':
      return 'Memory is a whole number of MiB, 4 at least.';
    case 'set-vcpus':
      return 'Choose how many vCPUs, 1 to 512.';
    case 'migrate':
      return 'Choose a host to migrate to.';
    default:
      return read.error.issues[0]?.message ?? 'Look the fields over.';
  }
}

function written(kind: ActionKind, form: ActionForm): unknown {
  switch (kind) {
    case 'set-memory':
      return { action: kind, memory: Number.isInteger(form.memoryMib) ? (form.memoryMib ?? 0) * mib : null };
    case 'set-vcpus':
      return { action: kind, vcpus: form.vcpus };
    case 'rename':
      return { action: kind, name: form.name };
    case 'save':
    case 'restore':
      return { action: kind, path: form.path.trim() === '' ? null : form.path.trim() };
    case 'migrate':
      return { action: kind, to: form.to };
    case 'set-autostart':
      return { action: kind, on: form.on };
    default:
      return { action: kind };
  }
}
