import fc from 'fast-check';
import { expect, it } from 'vitest';
import { namedBy } from '../../src/main/xen/images/named-images.ts';
import { readTemplate } from '../../src/main/xen/templates/read-template.ts';

/** What a template of one disk names, with these parameters. */
function named(image: string, parameters = ''): ReadonlySet<string> {
  const { template, complaints } = readTemplate(
    `version: 1\nname: t\ntype: pvh\nmemory: 64 MiB\nboot: { kernel: /srv/vmlinuz }\n${parameters}
disks: [{ device: xvda, path: '/srv/xen/{name}.img', method: copy, image: '${image}' }]\n`,
  );
  return namedBy(template ?? expect.fail(JSON.stringify(complaints)));
}

it('an image is named by a path that the defaults of the parameters make, through one another too', () => {
  const parameters = "parameters: { release: { default: bookworm }, file: { default: '{release}-amd64' } }";
  const found = named('/srv/xen/images/{file}.img', parameters);
  expect(found).toContain('/srv/xen/images/bookworm-amd64.img');
  // As it is written it counts, too.
  expect(found).toContain('/srv/xen/images/{file}.img');
});

it('each choice of a parameter names one, and a default that has to be given names none', () => {
  const parameters = 'parameters: { release: { type: choice, choices: [a, b], default: a }, other: { label: Other } }';
  const found = named('/srv/xen/images/{release}.img', parameters);
  expect(found).toContain('/srv/xen/images/a.img');
  expect(found).toContain('/srv/xen/images/b.img');
  const open = named('/srv/xen/images/{release}-{other}.img', parameters);
  expect([...open].filter((each) => each.startsWith('/srv/xen/images/'))).toEqual(['/srv/xen/images/{release}-{other}.img']);
});

it('a brace of its own and a path that is spelt in another way are read as the host reads them', () => {
  expect(named('/srv/xen/images/a{{b.img')).toContain('/srv/xen/images/a{b.img');
  const spelt = named(
    '/srv/xen/images/x.img',
    "parameters: { folder: { default: /srv//xen/./images }, note: { default: '{folder}/y.img' } }",
  );
  expect(spelt).toContain('/srv/xen/images/y.img');
});

it('a template is gone through once', () => {
  const { template } = readTemplate('version: 1\nname: t\ntype: pvh\nmemory: 64 MiB\nboot: { kernel: /srv/vmlinuz }\n');
  if (template === null) expect.fail();
  expect(namedBy(template)).toBe(namedBy(template));
});

it('whatever stands in a template, each of its texts counts as it is written, and nothing throws', () => {
  const text = fc.oneof(fc.string({ maxLength: 30 }), fc.stringMatching(/^[{}a-c/]{0,20}$/));
  fc.assert(
    fc.property(
      fc.array(text, { maxLength: 6 }),
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), text), { maxLength: 3 }),
      (texts, defaults) => {
        const parameters = defaults.map(([name, usual]) => ({
          name,
          label: name,
          type: 'text' as const,
          help: '',
          default: usual,
          minimum: null,
          maximum: null,
          choices: [],
        }));
        const [memory = '', ...tags] = texts;
        const found = namedBy({ file: { version: '1', name: 't', type: 'pv', memory, tags, boot: {} }, parameters });
        for (const each of texts) expect(found).toContain(each);
      },
    ),
  );
});
