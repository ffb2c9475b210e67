import type { TemplateOrigin, TemplateSummary } from '../../shared/contract/templates.ts';

/** What an origin is called on a card. */
export const originWords: Readonly<Record<TemplateOrigin, string>> = {
  shipped: 'Ships with Hum',
  own: 'Your own',
  folder: 'From your folder',
};

const order: readonly TemplateOrigin[] = ['own', 'folder', 'shipped'];

/** The templates that hold every word of the filter in their name, description, tags, type, outline or file; one's own first, by name within. */
export function matchTemplates(templates: readonly TemplateSummary[], filter: string): readonly TemplateSummary[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const found = templates.filter((template) => {
    const text = textOf(template);
    return words.every((word) => text.includes(word));
  });
  return found.sort(
    (left, right) =>
      order.indexOf(left.origin) - order.indexOf(right.origin) || left.name.localeCompare(right.name) || left.id.localeCompare(right.id),
  );
}

function textOf({ id, origin, name, description, type, tags, outline }: TemplateSummary): string {
  return [name, description, type, outline, id, originWords[origin], ...tags].join(' ').toLowerCase();
}

/** "1 template", "3 templates". */
export function templateCount(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'template' : 'templates'}`;
}

/** What the file of a template is called when it is given away: `own/web` is `web.yaml`. */
export function exportName(id: string): string {
  const file = id.slice(id.indexOf('/') + 1);
  return /\.ya?ml$/.test(file) ? file : `${file}.yaml`;
}

/** The text of a template under another name, which stands in the first line at the margin that has one. */
export function renamed(text: string, name: string): string {
  return text.replace(/^name:.*$/m, () => `name: ${JSON.stringify(name)}`);
}
