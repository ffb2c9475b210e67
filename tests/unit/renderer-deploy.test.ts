import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deploymentWords, opensAtOnce, printedStep, vmOf } from '../../src/renderer/deploy/deployment.ts';
import {
  firstForm,
  freeName,
  isExpression,
  isYes,
  mostVms,
  readNames,
  requestFrom,
  shownValue,
  suggestion,
  valuesToSend,
} from '../../src/renderer/deploy/form.ts';
import {
  applyPreview,
  errorOf,
  groupChecks,
  homelessErrors,
  orderFits,
  type Preview,
  placementWords,
  tallyChecks,
  tallyWords,
} from '../../src/renderer/deploy/preview.ts';
import { keptWords, whyNotOffered } from '../../src/renderer/deploy/removal.ts';
import { type CheckState, type DeployCheck, type DeployVm, deployRequest } from '../../src/shared/contract/deploy.ts';
import type { PlanState, PlanView, StepState } from '../../src/shared/contract/plans.ts';
import type { TemplateParameter, TemplateSummary } from '../../src/shared/contract/templates.ts';
import { domainName } from '../../src/shared/contract/xen.ts';

function parameter(name: string, preset: string | null, change: Partial<TemplateParameter> = {}): TemplateParameter {
  return { name, label: name, type: 'text', help: '', default: preset, minimum: null, maximum: null, choices: [], ...change };
}

function template(parameters: readonly TemplateParameter[] = [], id = 'shipped/debian-pv'): TemplateSummary {
  const about = { path: '', name: 'Debian', description: '', icon: 'server', tags: [], outline: '', version: '0'.repeat(64) };
  return { id, origin: 'shipped', type: 'pv', parameters, ...about };
}

function check(id: string, vm: string | null, state: CheckState): DeployCheck {
  return { id, vm, title: `${id} of ${vm}`, state, detail: '' };
}

const draft = (checks: readonly DeployCheck[], vms: readonly DeployVm[] = []) =>
  ({ kind: 'draft', errors: [], vms, hosts: [], checks }) as const;

describe('the name that is suggested', () => {
  it('counts up from the file of the template until it is free', () => {
    expect(freeName({ id: 'shipped/debian-pv' }, new Set())).toBe('debian-pv-1');
    expect(freeName({ id: 'own/web.yaml' }, new Set(['web-1', 'web-2', 'web-4']))).toBe('web-3');
    expect(freeName({ id: 'own/12_..' }, new Set())).toBe('vm-1');
  });

  it('is one that a domain may have, and is taken by nobody, whatever the file is called', () => {
    const file = fc.stringMatching(/^[\w.+-]{1,100}$/);
    fc.assert(
      fc.property(file, fc.array(fc.nat({ max: 30 })), (name, numbers) => {
        const id = `own/${name}`;
        const first = freeName({ id }, new Set()).replace(/1$/, '');
        const taken = new Set(numbers.map((number) => `${first}${number}`));
        const suggested = freeName({ id }, taken);
        expect(taken.has(suggested)).toBe(false);
        expect(domainName.safeParse(suggested).success).toBe(true);
      }),
    );
  });
});

describe('what the form asks for', () => {
  it('says what is wrong with the names in a sentence', () => {
    expect(readNames('web[01-03]')).toEqual(['web01', 'web02', 'web03']);
    expect(readNames('  ')).toContain('name');
    expect(readNames('web[3-1]')).toBe('The range 3-1 runs backwards.');
    expect(readNames('web[1-99999]')).toBe('That is more than 10,000 VMs.');
    expect(readNames(`web[1-${mostVms + 1}]`)).toBe('That is 201 VMs; 200 at most are deployed at once.');
  });

  it('is always a request that the contract takes, or a sentence', () => {
    const parameters = [parameter('name', null), parameter('memory', '512 MiB'), parameter('disk', '{name}-root'), parameter('key', null)];
    const values = fc.dictionary(fc.constantFrom('name', 'memory', 'disk', 'key', 'unknown', 'Not A Name'), fc.string());
    const names = fc.oneof(fc.string(), fc.constantFrom('web', 'web[01-10]', 'web[1-500]', 'x'.repeat(5000)));
    const number = fc.oneof(fc.double(), fc.integer(), fc.nat({ max: 9 }));
    fc.assert(
      fc.property(names, values, number, number, (name, typed, headroomMib, atOnce) => {
        const asked = requestFrom(template(parameters), { ...firstForm(name, null), values: typed, headroomMib, atOnce });
        if (typeof asked === 'string') expect(asked).toMatch(/\.$/);
        else {
          expect(deployRequest.parse(asked)).toEqual(asked);
          expect(asked.values).not.toHaveProperty('name');
        }
      }),
    );
  });

  it('leaves out what was not touched, and what an empty field stands for', () => {
    const parameters = [
      parameter('memory', '512 MiB'),
      parameter('disk', '{name}-root'),
      parameter('key', null),
      parameter('extra', 'quiet'),
    ];
    expect(valuesToSend(parameters, {})).toEqual({});
    expect(valuesToSend(parameters, { memory: '512 MiB', disk: '', key: '' })).toEqual({});
    expect(valuesToSend(parameters, { memory: '1 GiB', disk: 'data', extra: '' })).toEqual({ memory: '1 GiB', disk: 'data', extra: '' });
    expect(valuesToSend(parameters, { left: 'from another template' })).toEqual({});
  });

  it('shows a default as it is, and one that is worked out as a suggestion', () => {
    expect(shownValue(parameter('memory', '512 MiB'), {})).toBe('512 MiB');
    expect(shownValue(parameter('memory', '512 MiB'), { memory: '' })).toBe('');
    expect(shownValue(parameter('disk', '{name}-root'), {})).toBe('');
    expect(suggestion(parameter('disk', '{name}-root'), 'web$&01')).toBe('web$&01-root');
    expect(suggestion(parameter('disk', '{name}-root'), undefined)).toBe('{name}-root');
    expect(suggestion(parameter('memory', '512 MiB'), 'web')).toBe('');
    expect(isExpression(parameter('x', '{}'))).toBe(false);
  });

  it('reads yes as YAML does', () => {
    expect(['true', 'Yes', ' on ', '1'].map(isYes)).toEqual([true, true, true, true]);
    expect(['false', 'no', '', 'truely'].map(isYes)).toEqual([false, false, false, false]);
  });
});

describe('the preview', () => {
  const state = fc.constantFrom<CheckState>('running', 'ok', 'note', 'failed');
  const someChecks = fc.array(fc.record({ id: fc.constantFrom('name', 'mac', 'memory'), vm: fc.constantFrom(null, 'a', 'b'), state }));

  it('has each check once, as it was told last, and is ready only while all of them have ended well', () => {
    fc.assert(
      fc.property(someChecks, (checks) => {
        let preview: Preview | null = applyPreview(null, draft([]));
        const last = new Map<string, CheckState>();
        for (const each of checks) {
          preview = applyPreview(preview, { kind: 'ready', digest: 'd' });
          preview = applyPreview(preview, { kind: 'check', check: check(each.id, each.vm, each.state) });
          last.set(`${each.id} ${each.vm}`, each.state);
          expect(preview?.digest).toBe([...last.values()].every((found) => found === 'ok' || found === 'note') ? 'd' : null);
        }
        expect(new Map(preview?.checks.map((each) => [`${each.id} ${each.vm}`, each.state]))).toEqual(last);
        expect(preview?.checks).toHaveLength(last.size);
      }),
    );
  });

  it('begins with a draft: what is told before it is of something else', () => {
    expect(applyPreview(null, { kind: 'check', check: check('name', 'a', 'ok') })).toBeNull();
    expect(applyPreview(null, { kind: 'ready', digest: 'd' })).toBeNull();
    const ready = applyPreview(applyPreview(null, draft([check('name', 'a', 'ok')])), { kind: 'ready', digest: 'd' });
    expect(ready?.digest).toBe('d');
    expect(applyPreview(ready, draft([check('mac', 'a', 'running')]))).toMatchObject({ digest: null, checks: [{ id: 'mac' }] });
  });

  it('stays ready while a draft changes nothing but figures, and not for another VM, an error or a check that has not ended well', () => {
    const vm: DeployVm = {
      name: 'web',
      host: 'a',
      macs: ['00:16:3e:00:00:01'],
      ip: null,
      configuration: 'name = "web"',
      seed: null,
      steps: [],
    };
    const well = [check('name', 'web', 'ok'), check('memory', 'web', 'note')];
    const ready = applyPreview(applyPreview(null, draft(well, [vm])), { kind: 'ready', digest: 'd' });
    const hosts = [{ host: 'a', fits: true, score: 0.4, reasons: ['3 GiB left after it'] }];
    const moved = applyPreview(ready, { ...draft([check('name', 'web', 'ok'), check('memory', 'web', 'ok')], [{ ...vm }]), hosts });
    expect(moved).toMatchObject({ digest: 'd', hosts, checks: [{ state: 'ok' }, { state: 'ok' }] });
    for (const other of [
      draft(well, [{ ...vm, host: 'b' }]),
      draft(well, [{ ...vm, macs: ['00:16:3e:00:00:02'] }]),
      draft(well, [vm, { ...vm, name: 'web2' }]),
      draft(well, []),
      { ...draft(well, [vm]), errors: [{ field: 'memory', message: 'Too much.' }] },
      draft([...well, check('ip', 'web', 'running')], [vm]),
      draft([...well, check('ip', 'web', 'failed')], [vm]),
    ]) {
      const next = applyPreview(ready, other);
      expect(next?.digest).toBeNull();
      // What was judged before does not come back by itself.
      expect(applyPreview(next, draft(well, [vm]))?.digest).toBeNull();
    }
  });

  it('that is refused is not ready, and keeps what was known', () => {
    const problem = { code: 'not-found', message: 'The template is gone.', hint: 'Choose another.' } as const;
    const ready = applyPreview(applyPreview(null, draft([check('name', 'a', 'ok')])), { kind: 'ready', digest: 'd' });
    expect(applyPreview(ready, { kind: 'refused', problem })).toMatchObject({ digest: null, problem, checks: [{ id: 'name' }] });
    expect(applyPreview(null, { kind: 'refused', problem })?.problem).toBe(problem);
  });

  it('counts the checks', () => {
    const checks = [check('name', 'a', 'ok'), check('mac', 'a', 'running'), check('clock', 'a', 'note')];
    expect(tallyWords(tallyChecks(checks))).toBe('2 of 3');
    expect(tallyWords(tallyChecks(checks.slice(0, 1)))).toBe('All 1 passed');
    expect(tallyWords(tallyChecks([check('clock', 'a', 'note'), check('name', 'a', 'ok')]))).toBe('All 2 passed, 1 with a note');
    expect(tallyWords(tallyChecks([...checks, check('ip', 'a', 'failed')]))).toBe('1 of 4 failed');
    expect(tallyWords(tallyChecks([]))).toBe('');
  });

  it('groups them by VM and loses none', () => {
    fc.assert(
      fc.property(someChecks, (each) => {
        const checks = each.map(({ id, vm, state: found }) => check(id, vm, found));
        const groups = groupChecks(checks);
        expect(groups.flatMap((group) => group.checks)).toHaveLength(checks.length);
        for (const group of groups) expect(group.checks.every((one) => one.vm === group.vm)).toBe(true);
        expect(groups.findIndex(({ vm }) => vm === null)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('orders hosts: those that fit first, the best of them at the top', () => {
    const told = (host: string, fits: boolean, score: number) => ({ host, fits, score, reasons: [] });
    const hosts = [told('c', false, 0.9), told('xen10', true, 0.5), told('xen2', true, 0.5), told('b', true, 0.8)];
    const ordered = orderFits(hosts, (host) => host);
    expect(ordered.map(({ host }) => host)).toEqual(['b', 'xen2', 'xen10', 'c']);
  });

  it('says where the VMs go', () => {
    const at = (...hosts: (string | null)[]) =>
      placementWords(
        hosts.map((host) => ({ host })),
        (host) => host,
      );
    expect(at('xen-a')).toBe('on xen-a');
    expect(at('xen-a', 'xen-b', 'xen-a')).toBe('2 on xen-a, 1 on xen-b');
    expect(at('xen-a', null)).toBe('1 on xen-a, 1 on no host');
  });

  it('tells the errors of a field there, and those without a field elsewhere', () => {
    const errors = [
      { field: 'memory', message: 'Too much.' },
      { field: 'memory', message: 'No unit.' },
      { field: 'elsewhere', message: 'Odd.' },
    ];
    expect(errorOf(errors, 'memory')).toBe('Too much. No unit.');
    expect(errorOf(errors, 'names')).toBeUndefined();
    expect(homelessErrors(errors, new Set(['memory', 'names']))).toEqual([errors[2]]);
  });
});

describe('a deployment under way', () => {
  function plan(name: string, state: PlanState, steps: readonly StepState[] = ['done', 'running', 'waiting']): PlanView {
    const about = { kind: 'xen.deploy', title: `Deploy ${name}`, hostName: 'xen-a', batch: 'b', by: 'ada', createdAt: 1, endedAt: null };
    const step = { host: 'h', command: '', undo: null, startedAt: null, endedAt: null, output: '', progress: '' };
    const views = steps.map((each, at) => ({ ...step, title: `Step ${at + 1}`, state: each }));
    return { id: name, host: 'h', subject: `h/${name}`, state, direction: 'forward', steps: views, ...about };
  }

  it('of one VM tells its step, and how it ended', () => {
    expect(deploymentWords([plan('web', 'running')])).toEqual({
      title: 'Deploying web',
      outcome: 'Step 2 of 3: Step 2.',
      tone: 'live',
    });
    expect(deploymentWords([plan('web', 'queued', ['waiting'])]).outcome).toContain('Waits its turn');
    expect(deploymentWords([plan('web', 'done')])).toEqual({ title: 'Deployed web', outcome: 'It runs.', tone: 'good' });
    expect(deploymentWords([plan('web', 'failed', ['undone', 'failed'])])).toEqual({
      title: 'web was not deployed',
      outcome: 'It failed. One step was undone.',
      tone: 'bad',
    });
    expect(deploymentWords([plan('web', 'cancelled', ['undone', 'undone'])]).outcome).toBe('It was cancelled. 2 steps were undone.');
  });

  it('of all or none tells of all of them', () => {
    const all = (state: PlanState, steps: readonly StepState[] = ['done']) => ({
      ...plan('web01', state, steps),
      kind: 'xen.deploy-all',
      title: 'Deploy 3 VMs, web01 to web03, on xen-a',
    });
    expect(deploymentWords([all('done')])).toMatchObject({
      title: 'Deployed 3 VMs, web01 to web03, on xen-a',
      outcome: 'All of them run.',
    });
    expect(deploymentWords([all('failed', ['undone'])])).toMatchObject({
      title: 'Not deployed: 3 VMs, web01 to web03, on xen-a',
      outcome: 'It failed. One step was undone.',
    });
  });

  it('shows the console of the VM that has printed last, and what another step has printed never', () => {
    const [claim, wait] = plan('web', 'running').steps;
    if (claim === undefined || wait === undefined) throw new Error('no steps');
    const commanded = { ...claim, command: 'ln a b', output: 'not a console' };
    const first = { ...wait, title: 'Wait until web01 runs', output: 'Linux' };
    expect(printedStep({ steps: [commanded, { ...wait, output: '\r\n' }] })).toBeNull();
    expect(printedStep({ steps: [commanded, first, commanded, wait] })).toBe(first);
    const second = { ...wait, title: 'Wait until web02 runs', output: 'Linux' };
    expect(printedStep({ steps: [first, second, commanded] })).toBe(second);
  });

  it('of several counts them', () => {
    expect(deploymentWords([plan('a', 'done'), plan('b', 'running'), plan('c', 'failed')])).toEqual({
      title: 'Deploying 3 VMs',
      outcome: '1 of 3 are up, 1 failed.',
      tone: 'bad',
    });
    expect(deploymentWords([plan('a', 'done'), plan('b', 'stuck')])).toEqual({
      title: 'Deployed 1 of 2 VMs',
      outcome: '1 failed. One needs a decision.',
      tone: 'bad',
    });
    expect(deploymentWords([plan('a', 'done'), plan('b', 'done')])).toMatchObject({ title: 'Deployed 2 VMs', outcome: 'All 2 run.' });
  });

  it('opens the only plan, and those that went wrong', () => {
    expect(opensAtOnce(plan('a', 'running'), 1)).toBe(true);
    expect(opensAtOnce(plan('a', 'running'), 2)).toBe(false);
    expect(opensAtOnce(plan('a', 'failed'), 2)).toBe(true);
    expect(opensAtOnce(plan('a', 'done'), 2)).toBe(false);
  });

  it('names its VM by the key of the domain', () => {
    expect(vmOf({ host: 'h', subject: 'h/web/01' })).toBe('web/01');
    expect(vmOf({ host: 'h', subject: 'something else' })).toBe('something else');
  });
});

describe('the removal of a VM', () => {
  it('offers no disk that others use, nor what is neither file nor volume', () => {
    expect(whyNotOffered({ kind: 'file', sharedWith: [] })).toBeNull();
    expect(whyNotOffered({ kind: 'volume', sharedWith: ['db01', 'db02'] })).toBe('Stays: it is used by db01 and db02 too.');
    expect(whyNotOffered({ kind: 'file', sharedWith: ['a', 'b', 'c', 'd\u202e'] })).toBe('Stays: it is used by a, b, c and 1 more too.');
    expect(whyNotOffered({ kind: 'other', sharedWith: [] })).toContain('neither a file nor a volume');
  });

  it('says how long what is removed can be brought back', () => {
    expect(keptWords(1, 0)).toContain('gone at once');
    expect(keptWords(0, 1)).toContain('for one day;');
    expect(keptWords(2, 7)).toContain('for 7 days, and takes its room there;');
  });
});
