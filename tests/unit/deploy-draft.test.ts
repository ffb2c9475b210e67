import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Others } from '../../src/main/xen/deploy/checks.ts';
import { type Draft, draftOf } from '../../src/main/xen/deploy/draft.ts';
import type { Finding } from '../../src/main/xen/deploy/look.ts';
import { readTemplate } from '../../src/main/xen/templates/read-template.ts';
import { shippedTemplates } from '../../src/main/xen/templates/shipped.ts';
import { deployRequest } from '../../src/shared/contract/deploy.ts';
import { lookAtAll, placementHost } from '../support/deploy.ts';

const { template } = readTemplate(shippedTemplates.get('shipped/tiny-pv') ?? '');
const nobody: Others = { names: new Map(), found: new Map(), previewed: new Set(), macs: new Map(), addresses: new Map(), outOfSight: [] };

/** The addresses that VMs called so are given, when this was typed and the host was seen like this. */
function drafted(
  names: string,
  values: Record<string, string>,
  before: Draft | null = null,
  found: Readonly<Record<string, Finding>> = {},
) {
  if (template === null) throw new Error('no template');
  const request = deployRequest.parse({ template: 'shipped/tiny-pv', values, names, host: 'best' });
  const hosts = [placementHost('a', { look: lookAtAll(found) })];
  const draft = draftOf({ request, template, version: '1', hosts, others: nobody, before, random: randomBytes });
  return { draft, addresses: draft.vms.map(({ shown }) => shown.ip) };
}

test('addresses are kept while they are of the range that is asked for, and drawn anew from another one', () => {
  const first = drafted('web[1-3]', {});
  expect(first.addresses).toEqual(['10.0.2.110', '10.0.2.111', '10.0.2.112']);
  expect(drafted('web[2-3]', {}, first.draft).addresses).toEqual(['10.0.2.111', '10.0.2.112']);
  const typed = drafted('web[1-3]', { ip: '10.0.2.50' }, first.draft);
  expect(typed.addresses).toEqual(['10.0.2.50', '10.0.2.51', '10.0.2.52']);
  expect(drafted('web[1-3]', {}, typed.draft).addresses).toEqual(first.addresses);
  const one = drafted('web1', { ip: '10.0.2.9' });
  expect(drafted('web1', {}, one.draft).addresses).toEqual(['10.0.2.110']);
});

test('an address at which somebody answers is passed over where it is drawn, and not where it was typed', () => {
  const found = { 'reach=10.0.2.111/xenbr0': { kind: 'answers' }, 'reach=10.0.2.110/xenbr0': { kind: 'silent' } } as const;
  const before = drafted('web[1-3]', {});
  expect(drafted('web[1-3]', {}, before.draft, found).addresses).toEqual(['10.0.2.110', '10.0.2.113', '10.0.2.112']);
  expect(drafted('web1', { ip: '10.0.2.111' }, null, found).addresses).toEqual(['10.0.2.111']);
});
