import { createHash } from 'node:crypto';
import type { TemplateCheck, TemplateOrigin, TemplateSummary } from '../../../shared/contract/templates.ts';
import type { Guest, GuestDisk } from '../deploy/guest.ts';
import { exampleValues, readTemplate } from './read-template.ts';
import { writeBytes } from './readers.ts';
import { renderConfig } from './render-config.ts';
import { resolve } from './resolve.ts';
import type { Template } from './template.ts';

/** Which file a template is. */
export interface TemplateSource {
  readonly id: string;
  readonly origin: TemplateOrigin;
  readonly path: string;
}

/** SHA-256 of a template's text, hex. */
export function versionOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A template as cards and forms need it. */
export function summaryOf(template: Template, text: string, { id, origin, path }: TemplateSource): TemplateSummary {
  const { file, parameters } = template;
  const guest = exampleGuest(template);
  return {
    id,
    origin,
    path,
    name: file.name,
    description: file.description ?? '',
    icon: file.icon ?? 'server',
    type: guest?.type ?? 'pv',
    tags: guest?.tags ?? [],
    parameters,
    outline: guest === null ? '' : outlineOf(guest),
    version: versionOfText(text),
  };
}

/** What the editor shows beside a text. Pure; never throws. */
export function checkTemplate(text: string): TemplateCheck {
  const { template, complaints } = readTemplate(text);
  if (template === null) return { complaints, summary: null, configuration: null };
  const guest = exampleGuest(template);
  return {
    complaints,
    summary: summaryOf(template, text, { id: 'own/draft', origin: 'own', path: '' }),
    configuration: guest === null ? null : renderConfig(guest, []),
  };
}

/** The VM with its defaults and the name "example". Null where a text without a default has no example that fits. */
function exampleGuest(template: Template): Guest | null {
  return resolve(template, { ...exampleValues(template), name: 'example' }).guest;
}

function outlineOf({ memory, vcpus, disks, vifs }: Guest): string {
  return [
    writeBytes(memory),
    `${vcpus} ${vcpus === 1 ? 'vCPU' : 'vCPUs'}`,
    ...disks.map(diskOutline),
    ...new Set(vifs.map(({ bridge }) => bridge)),
  ].join(' · ');
}

const made = { copy: 'copied from', reflink: 'copied from', overlay: 'on top of', snapshot: 'snapshot of' } as const;

function diskOutline({ size, source }: GuestDisk): string {
  if (source.kind === 'empty') return `${size === null ? '' : `${writeBytes(size)} `}empty`;
  const image = source.method === 'snapshot' ? source.image : source.image.slice(source.image.lastIndexOf('/') + 1);
  return `${size === null ? '' : `${writeBytes(size)} `}${made[source.method]} ${image}`;
}
