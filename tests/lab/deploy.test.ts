import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { buildSeed } from '../../src/main/xen/deploy/seed.ts';
import { readTemplate } from '../../src/main/xen/templates/read-template.ts';
import { renderConfig } from '../../src/main/xen/templates/render-config.ts';
import { resolveTemplate } from '../../src/main/xen/templates/resolve.ts';
import { besideThePage } from '../support/beside-the-page.ts';
import { disk, kernelBoot } from '../support/deployments.ts';
import { type Lab, openLab } from '../support/lab.ts';
import {
  type LabDeployer,
  labAddress,
  labMac,
  labPlan,
  makeGolden,
  makeLargeGolden,
  openLabDeployer,
  stepAt,
} from '../support/lab-deployments.ts';
import { patience } from '../support/patience.ts';
import { startOne, viewOf } from '../support/plans.ts';

/** Deployments on a real Xen: a guest from a golden image, and the ways to be interrupted of which there is one of each kind here. */

let lab: Lab;
let hum: LabDeployer;
let before: string;

beforeAll(async () => {
  lab = await openLab();
});
beforeEach(async () => {
  await lab.tidy();
  await lab.sure(makeGolden);
  hum = openLabDeployer(lab);
  before = await hum.everything();
});
afterEach(() => hum.close());
afterAll(() => lab.close());

besideThePage(
  'a guest is deployed from a golden image, boots from its copy, and answers from dom0 at the address and with the MAC promised',
  async () => {
    const plan = await hum.deploy(labPlan());
    expect(plan.problem).toBeUndefined();
    expect(plan.state).toBe('done');
    let printed = plan.steps.find(({ title }) => title.startsWith('Wait'))?.output ?? '';
    // Nobody reads its console any more. Its address may answer before it has printed the banner, which is then in there still.
    expect(await lab.sure('pgrep -f "xenconsole $(xl domid web01)" || true')).toBe('');
    await vi.waitFor(async () => {
      if (!printed.includes('boots: 1')) printed += await lab.sure('sleep 4 | timeout 20 xl console web01 || true');
      expect(printed).toContain(`xenlab guest web01 is up: ${labAddress}`);
      expect(printed).toContain('boots: 1');
    }, patience);

    await lab.sure('ping -q -c 1 -W 5 "$1"', [labAddress]);
    expect(await lab.sure('ip neigh show "$1"', [labAddress])).toContain(labMac);
    expect(await lab.sure('id=$(xl domid web01); xl network-list web01; ls /sys/class/net/xenbr0/brif')).toMatch(
      new RegExp(`${labMac}[^]*vif\\d+\\.0`),
    );
    expect(await lab.sure('readlink -f /etc/xen/auto/web01.cfg; ls -A /srv/xen | grep hum- || true')).toBe('/etc/xen/web01.cfg\n');
    expect(await lab.sure('dumpe2fs -h /srv/xen/web01.img 2>/dev/null | sed -n "s/^Block count: *//p"')).toMatch(/^(?:24576|6144)\n$/);
  },
);

test('its seed is a file system that Linux itself reads', async () => {
  const image = buildSeed(
    new Map([
      ['user-data', Buffer.from('#cloud-config\n')],
      ['network-config', Buffer.from('n'.repeat(3000))],
    ]),
  );
  const { code } = await lab.root.run('cat >/tmp/seed.img', [], { stdin: image });
  expect(code).toBe(0);
  expect(await lab.sure('blkid -p -o value -s LABEL -s TYPE /tmp/seed.img')).toBe('CIDATA\nvfat\n');
  const said = await lab.run(
    'modprobe vfat && modprobe loop && mkdir -p /tmp/seed && mount -o loop,ro /tmp/seed.img /tmp/seed || exit 3; wc -c /tmp/seed/*; umount /tmp/seed',
  );
  // Not every kernel of the lab has both modules.
  if (said.code !== 3) expect(said.stdout).toMatch(/3000 \/tmp\/seed\/network-config\n\s*14 \/tmp\/seed\/user-data\n/);
});

test('a guest that crashes at once is taken back, and the last lines of its console say why', async () => {
  const boot = kernelBoot(
    '/srv/xen/guest.vmlinux',
    '/srv/xen/guest.initrd',
    'console=hvc0 init=/nowhere rdinit=/nowhere root=/dev/none panic=1',
  );
  const { state, problem } = await hum.deploy(labPlan({ boot, onCrash: 'destroy', onReboot: 'destroy' }));
  expect(state).toBe('failed');
  expect(problem?.message).toMatch(/^web01 (?:crashed|ended) right after it was started\.$/);
  expect(problem?.detail).toMatch(/Kernel panic|not syncing/);
  expect(await hum.everything()).toBe(before);
});

test('a disk that becomes full in the middle is no disk', async () => {
  await lab.sure(makeLargeGolden);
  before = await hum.everything();
  const plans = await hum.open();
  const id = startOne(plans, labPlan({ disks: [disk()] }));
  await vi.waitFor(async () => expect((await viewOf(plans, id))?.steps[1]?.state).not.toBe('waiting'), patience);
  await lab.faults.fillDisk();
  const { state, problem } = await hum.ended(plans, id);
  await lab.faults.freeDisk();
  expect([state, problem?.code]).toEqual(['failed', 'disk-full']);
  expect(await hum.everything()).toBe(before);
});

/** Every step is interrupted in tests/integration/deployment.test.ts and in deploy-faults.test.ts; here those of which only a real host can tell. */
describe('a deployment', () => {
  test('whose host is lost while its guest is built is undone over the next connection', async () => {
    expect((await hum.lostIn(stepAt('Start web01'))).state).toBe('failed');
    expect(await hum.everything()).toBe(before);
  });

  test('in whose copy Hum is killed is undone by the next one', async () => {
    const { plans, id } = await hum.killedIn(stepAt('Copy '));
    expect((await viewOf(plans, id))?.state).toBe('interrupted');
    plans.undo(id);
    const plan = await hum.ended(plans, id);
    expect(plan.steps.map(({ problem }) => problem)).toEqual(plan.steps.map(() => undefined));
    expect(await hum.everything()).toBe(before);
  });
});

/** Templates of which every value is a parameter, by what there is to boot. */
const everything = (type: string, boot: string, medium: string) => `version: 1
name: Everything
type: ${type}
parameters:
${[
  'memory',
  'most',
  'vcpus',
  'kernel',
  'ramdisk',
  'line',
  'image',
  'medium',
  'seed',
  'bridge',
  'mac',
  'other',
  'screen',
  'poweroff',
  'reboot',
  'crash',
  'extra',
]
  .map((name) => `  ${name}: {}`)
  .join('\n')}
memory: '{memory}'
maximumMemory: '{most}'
vcpus: '{vcpus}'
boot: ${boot}
disks:
  - { device: xvda, format: qcow2, path: '{image}', size: 1 GiB }
  - { device: xvdb, volume: 'vg0/{name}-data', size: 1 GiB }
media: [{ device: ${medium}, path: '{medium}' }]
vifs:
  - { bridge: '{bridge}', mac: '{mac}' }
  - { bridge: br1, mac: '{other}' }
cloudInit: { path: '{seed}' }
console: '{screen}'
onPoweroff: '{poweroff}'
onReboot: '{reboot}'
onCrash: '{crash}'
extra: |
  device_model_args = ["{extra}", 'b {extra}']
`;
type Values = Readonly<Record<string, string>>;
const kernel = "{ kernel: '{kernel}', ramdisk: '{ramdisk}', commandLine: '{line}' }";
const asKernel = ({ kernel, ramdisk, line }: Values) => ({ kernel, ramdisk, ...(line === '' ? {} : { cmdline: line }) });
const variants: readonly { readonly text: string; readonly read: (values: Values) => object }[] = [
  { text: everything('pv', kernel, 'xvdc'), read: asKernel },
  { text: everything('pv', "{ bootloader: '{kernel}' }", 'xvdc'), read: (values) => ({ bootloader: values.kernel }) },
  { text: everything('pvh', kernel, 'xvdc'), read: asKernel },
  {
    text: everything('pvh', '{ bootloader: pvgrub64 }', 'xvdc'),
    read: () => ({ kernel: expect.stringMatching(/\/pvgrub64\.bin$/) }),
  },
  {
    text: everything('hvm', '{ firmware: uefi }', 'hdc'),
    read: ({ screen }) => ({
      'type.hvm': expect.objectContaining({ bios: 'ovmf', vnc: expect.objectContaining({ enable: screen === 'vnc' ? 'True' : 'False' }) }),
    }),
  },
];

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom('$(reboot)', '`', "'", '"', '\\', '\\n', ';', ']', '[', '#', ',', '=', ' ', '%s', '-', '{', 'ä', '\u202e', 'a'),
      {
        maxLength: 10,
      },
    )
    .map((parts) => parts.join('')),
);
const path = text.map((end) => `/srv/${end}x`);
const mac = fc.integer({ min: 0, max: 0xffffff }).map(
  (end) =>
    `00:16:3e:${end
      .toString(16)
      .padStart(6, '0')
      .replace(/..(?=.)/g, '$&:')}`,
);
const what = fc.constantFrom('destroy', 'restart', 'preserve', 'rename-restart');
const anyValues = fc.record({
  name: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.+-]{0,20}$/),
  ...{ memory: fc.integer({ min: 32, max: 16_384 }).map((amount) => `${amount} MiB`), vcpus: fc.integer({ min: 1, max: 32 }).map(String) },
  most: fc.integer({ min: 16_384, max: 32_768 }).map((amount) => `${amount} MiB`),
  ...{ kernel: path, ramdisk: path, line: text, image: path, medium: path, seed: path, extra: text },
  bridge: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/),
  ...{ mac, other: mac, screen: fc.constantFrom('serial', 'vnc') },
  ...{ poweroff: what, reboot: what, crash: what },
});

/** What is libxl's own choice is not printed. */
const ending = (name: string, value = '') => (value === 'destroy' ? {} : { [name]: value === 'rename-restart' ? 'restart_rename' : value });

test('what a template makes of any values is what the real xl reads', async () => {
  const samples = fc.sample(fc.tuple(fc.constantFrom(...variants), anyValues), { numRuns: 120, seed: 4 });
  const rendered = samples.flatMap(([variant, values]) => {
    const { template } = readTemplate(variant.text);
    if (template === null) throw new Error('no template');
    const resolved = resolveTemplate(template, values);
    // What a configuration of xl has no way to say is told, not written otherwise.
    if (resolved.kind === 'errors') return [];
    return [{ values, guest: resolved.guest, read: variant.read(values), written: renderConfig(resolved.guest, []) }];
  });
  for (const type of ['pv', 'pvh', 'hvm']) expect(rendered.filter(({ guest }) => guest.type === type).length).toBeGreaterThan(10);
  const script = `
    for each in "$@"; do
      printf %s "$each" >/tmp/rendered.cfg
      printf '\\0'
      xl -N create /tmp/rendered.cfg 2>/dev/null
    done`;
  const said = await lab.sure(
    script,
    rendered.map(({ written }) => written),
  );
  const answers = said.split('\0').slice(1);
  expect(answers).toHaveLength(rendered.length);
  answers.forEach((answer, at) => {
    const { values, guest, read, written } = rendered[at] ?? raise();
    const json = JSON.parse(answer.slice(answer.search(/[[{]/)) || 'null');
    const config = json?.config ?? json;
    const mebibytes = (amount = '') => Number.parseInt(amount, 10) * 1024;
    const nic = (address = '', bridge = '') => expect.objectContaining({ mac: address, bridge });
    const on = (vdev: string, pdev_path: string, format: string) => expect.objectContaining({ vdev, pdev_path, format });
    expect([written, config]).toEqual([
      written,
      expect.objectContaining({
        c_info: expect.objectContaining({ type: guest.type, name: values.name }),
        b_info: expect.objectContaining({
          max_vcpus: Number(values.vcpus),
          target_memkb: mebibytes(values.memory),
          max_memkb: mebibytes(values.most),
          extra: [values.extra, `b ${values.extra}`],
          ...read,
        }),
        disks: [
          on('xvda', values.image, 'qcow2'),
          on('xvdb', `/dev/vg0/${values.name}-data`, 'raw'),
          on(guest.type === 'hvm' ? 'hdc' : 'xvdc', values.medium, 'raw'),
          on('xvdz', values.seed, 'raw'),
        ],
        nics: [nic(values.mac, values.bridge), nic(values.other, 'br1')],
        ...(guest.type !== 'hvm' && values.screen === 'vnc'
          ? { vfbs: [expect.objectContaining({ vnc: expect.objectContaining({ listen: '127.0.0.1' }) })] }
          : {}),
        ...ending('on_poweroff', values.poweroff),
        ...ending('on_reboot', values.reboot),
        ...ending('on_crash', values.crash),
      }),
    ]);
  });
});

function raise(): never {
  throw new Error('more answers than questions');
}
