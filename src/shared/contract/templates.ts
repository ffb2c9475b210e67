import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { procedure } from './base.ts';
import { domainRef } from './xen.ts';

/** Where a template comes from: with Hum, from the user's folder in the data folder, or from another folder that the settings name (a git clone). */
export type TemplateOrigin = 'shipped' | 'own' | 'folder';

export type ParameterType = 'text' | 'name' | 'integer' | 'bytes' | 'boolean' | 'choice' | 'mac' | 'ipv4';

/** A value that is asked for when a template is deployed. */
export interface TemplateParameter {
  /** Letters, digits and -; it stands as {name} in the template's values. */
  readonly name: string;
  readonly label: string;
  readonly type: ParameterType;
  readonly help: string;
  /** What it is unless told otherwise, as written: may itself have {other} in it. Null: it must be given. */
  readonly default: string | null;
  /** Of `integer` and `bytes`; as a person writes them ("512 MiB"). */
  readonly minimum: string | null;
  readonly maximum: string | null;
  readonly choices: readonly string[];
}

/** A template as cards and forms need it. */
export interface TemplateSummary {
  /** `shipped/debian-pv`, `own/web`: unique, and the same as long as the file keeps its name. */
  readonly id: string;
  readonly origin: TemplateOrigin;
  /** The file, for people; empty for one that ships with Hum. */
  readonly path: string;
  readonly name: string;
  readonly description: string;
  /** One of a closed list of names; unknown ones are shown as a plain server. */
  readonly icon: string;
  readonly type: 'pv' | 'pvh' | 'hvm';
  readonly tags: readonly string[];
  readonly parameters: readonly TemplateParameter[];
  /** In words: "512 MiB · 1 vCPU · 2 GiB copied from debian-12.img · xenbr0". */
  readonly outline: string;
  /** SHA-256 of the text, hex. */
  readonly version: string;
}

/** A file in a folder of templates that is none: listed with what is wrong, and otherwise left alone. */
export interface BrokenTemplate {
  readonly id: string;
  readonly origin: TemplateOrigin;
  readonly path: string;
  readonly complaints: readonly TemplateComplaint[];
}

/** Lines and columns count from 1. */
export interface TemplateComplaint {
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  /** "disks[0].size", where it is about a field. */
  readonly field: string;
  readonly message: string;
}

export type TemplatesEvent = {
  readonly kind: 'snapshot';
  readonly templates: readonly TemplateSummary[];
  readonly broken: readonly BrokenTemplate[];
};

/** What the editor shows beside a text while it is written. */
export interface TemplateCheck {
  readonly complaints: readonly TemplateComplaint[];
  /** The template, as far as it can be read; null where it cannot. */
  readonly summary: TemplateSummary | null;
  /** The configuration that it would write with its defaults and the name "example"; null where it cannot be rendered. */
  readonly configuration: string | null;
}

export const templateId = z.string().regex(/^(?:shipped|own|folder)\/[\w.+-]{1,100}$/, 'not a template');
const templateText = z.string().max(262_144);
const version = z.string().regex(/^[0-9a-f]{64}$/);

export const templates = {
  /** The whole list, and again whenever it changes, also on disk. */
  watch: procedure.output(type<AsyncIteratorObject<TemplatesEvent, void, void>>()),
  read: procedure.input(z.object({ id: templateId })).output(type<{ text: string; version: string }>()),
  check: procedure.input(z.object({ text: templateText })).output(type<TemplateCheck>()),
  /** Writes a template of the user's own; `id` null makes a file named after the template. `changed`: nothing was written. */
  save: procedure
    .input(z.object({ id: templateId.nullable(), text: templateText, version: version.nullable() }))
    .output(type<{ kind: 'saved'; id: string; version: string } | { kind: 'changed'; text: string; version: string }>()),
  /** One of the user's own. Answers what `save` takes to bring it back. */
  remove: procedure.input(z.object({ id: templateId })).output(type<{ text: string }>()),
  /** The text of a template that would build a VM like this one: its configuration, the particulars turned into parameters. */
  fromDomain: procedure.input(domainRef).output(type<{ text: string; notes: readonly string[] }>()),
  /** The same from a configuration of xl or xm. `problem` where it cannot be read. */
  fromConfig: procedure
    .input(z.object({ text: templateText, fileName: z.string().max(255) }))
    .output(
      type<
        | { kind: 'read'; text: string; notes: readonly string[] }
        | { kind: 'refused'; problem: Problem; complaints: readonly TemplateComplaint[] }
      >(),
    ),
};
