/**
 * One click to a running guest on the lab's real Xen host, against a shell script over ssh that takes the same steps. Needs `npm run lab`.
 *
 * Both copy the same image, write the configuration, let xl read it, create the guest, wait for the banner on its console and set the autostart
 * link. The clock stops at the banner. Hum shows its plan beforehand, as before a person's click; the script's connection is open already, too.
 * An emulated host takes a tenth of a second for each process that is started on it, a real one a millisecond: they are counted as well.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openPlans, type Plans } from '../../src/main/plans/plans.ts';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import type { Runner, Session } from '../../src/main/ssh/session.ts';
import { createSession } from '../../src/main/ssh/ssh-session.ts';
import { createDeployments } from '../../src/main/xen/deploy/deployments.ts';
import { xenStepHandlers } from '../../src/main/xen/step-handlers.ts';
import { openTemplates } from '../../src/main/xen/templates/templates.ts';
import { createXen } from '../../src/main/xen/xen.ts';
import { applyPreview, type Preview } from '../../src/renderer/deploy/preview.ts';
import { type DeployPreviewEvent, deployRequest } from '../../src/shared/contract/deploy.ts';
import type { PlanView } from '../../src/shared/contract/plans.ts';
import { inventoryHost } from '../support/inventory-host.ts';
import type { LabHost } from '../support/lab-host.ts';
import { tidy } from '../support/lab-scripts.ts';
import { labTemplate } from '../support/lab-template.ts';
import { xenFacts } from '../support/xen-host.ts';
import { median, printTable } from './support/figures.ts';
import { runningLab } from './support/running-lab.ts';

const rounds = Number(process.argv[2] ?? 6);
const name = 'web01';
const banner = `xenlab guest ${name} is up`;
const limitMs = 180_000;

/** What a person would have in a drawer for it. */
const script = `set -e
image=/srv/xen/${name}.img
for each in /etc/xen/*.cfg; do ! grep -q '^name = "${name}"' "$each"; done
! xl list ${name} >/dev/null 2>&1
[ ! -e "$image" ]
cp --sparse=always /srv/xen/data1.img "$image"
cat >/etc/xen/.${name}.new <<END
name = "${name}"
type = "pv"
memory = 128
vcpus = 1
kernel = "/srv/xen/guest.vmlinux"
ramdisk = "/srv/xen/guest.initrd"
extra = "console=hvc0 quiet ip4=10.0.2.110 name=${name}"
disk = [ "format=raw,vdev=xvda,access=rw,target=$image" ]
vif = [ "mac=00:16:3e:7a:00:77,bridge=xenbr0" ]
END
mv /etc/xen/.${name}.new /etc/xen/${name}.cfg
xl -N create /etc/xen/${name}.cfg >/dev/null
xl create /etc/xen/${name}.cfg >/dev/null
xl console ${name} </dev/null >/run/${name}.console 2>&1 &
until grep -a '${banner}' /run/${name}.console; do sleep 0.1; done
kill $!
mkdir -p /etc/xen/auto
ln -s /etc/xen/${name}.cfg /etc/xen/auto/${name}.cfg
`;

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const home = mkdtempSync(join(tmpdir(), 'hum-deploy-bench-'));
const { host, target } = await runningLab();
const session = createSession(target, { gate: createHandshakeGate() });
try {
  await online();
  const hum: HumRound[] = [];
  const scripted: number[] = [];
  const scriptProcesses: number[] = [];
  const runHum = async () => {
    await clean();
    hum.push(await byHum());
  };
  const runScript = async () => {
    await clean();
    const before = await processes();
    scripted.push(await byScript(host));
    scriptProcesses.push((await processes()) - before);
  };
  for (let round = 0; round < rounds; round += 1) {
    // In turns: an emulated host is not the same one for whoever comes second.
    for (const run of round % 2 === 0 ? [runHum, runScript] : [runScript, runHum]) await run();
    process.stderr.write(
      `round ${round + 1} of ${rounds}: Hum ${hum.at(-1)?.bannerS.toFixed(1)} s, the script ${scripted.at(-1)?.toFixed(1)} s\n`,
    );
  }
  await clean();
  const clickToBannerS = median(hum.map(({ bannerS }) => bannerS));
  const scriptS = median(scripted);
  // Of each round: what an emulated host takes for the same `xl create` is half as much again in the next minute.
  const ratio = Math.round(median(hum.map(({ bannerS }, nth) => (100 * bannerS) / (scripted[nth] ?? Number.NaN)))) / 100;
  const overheadMs = median(hum.map(({ overheadMs }) => overheadMs));
  printTable([
    ['from the click to the banner', '', ''],
    ['Hum', `${clickToBannerS} s`, `with everything done after ${median(hum.map(({ doneS }) => doneS))} s`],
    ['  look again at the host', `${median(hum.map(({ startS }) => startS))} s`, ''],
    ...(hum[0]?.steps ?? []).map(({ title }, nth) => [`  ${title}`, `${median(hum.map(({ steps }) => steps[nth]?.tookS ?? 0))} s`, '']),
    ['a shell script over ssh', `${scriptS} s`, `Hum ÷ script = ${ratio}`],
    ['processes started on the host', String(median(hum.map((round) => round.processes))), `by the script ${median(scriptProcesses)}`],
    ['Hum itself, per step', `${overheadMs} ms`, 'all that is not spent waiting for the host'],
  ]);
  process.stdout.write(`${JSON.stringify({ clickToBannerS, scriptS, ratio, overheadMsPerStep: overheadMs, rounds })}\n`);
} finally {
  await session.stop();
  rmSync(home, { recursive: true, force: true });
}

interface HumRound {
  readonly bannerS: number;
  readonly doneS: number;
  /** Until the plan was in the journal. */
  readonly startS: number;
  readonly steps: readonly { readonly title: string; readonly tookS: number }[];
  readonly overheadMs: number;
  /** Started on the host since the click. */
  readonly processes: number;
}

/** Every service that takes part, wired as console.ts wires it. */
async function byHum(): Promise<HumRound> {
  const log = { info: () => undefined, error: () => undefined };
  const dataDir = mkdtempSync(join(home, 'data-'));
  const xen = createXen({ log });
  const waiting = timed(session);
  const runner = () => waiting.runner;
  const plans = openPlans({
    ...{ dataDir, runner, log, by: 'bench', hostName: () => 'lab' },
    handlers: xenStepHandlers(() => xen),
    onStep: (id) => xen.refresh(id),
  });
  mkdirSync(join(dataDir, 'templates'));
  writeFileSync(join(dataDir, 'templates', 'lab.yaml'), labTemplate());
  const templates = await openTemplates({ dataDir, xen, log });
  const inventory = inventoryHost('lab', { address: target.address, port: target.port });
  const deployments = createDeployments({ xen, templates, plans, runner, hosts: () => [{ ...inventory, asked: true }] });
  const stopping = new AbortController();
  try {
    xen.connected(inventory, session, xenFacts());
    const request = deployRequest.parse({ template: 'own/lab', values: {}, names: name, host: 'lab' });
    const digest = await shown(deployments.preview(request, 'bench', stopping.signal));
    const startedBefore = await processes();
    const clicked = performance.now();
    const spentBefore = waiting.spentMs();
    const { plans: ids } = await deployments.start({ ...request, digest });
    const startS = (performance.now() - clicked) / 1000;
    let bannerS = 0;
    for (;;) {
      const view = await viewOf(plans, ids[0] ?? '');
      if (bannerS === 0 && view.steps.some(({ output }) => output.includes(banner))) bannerS = (performance.now() - clicked) / 1000;
      if (view.state === 'done') {
        if (bannerS === 0) throw new Error('no banner was seen');
        const tookMs = performance.now() - clicked;
        const overheadMs = Math.max(0, tookMs - (waiting.spentMs() - spentBefore)) / view.steps.length;
        const steps = view.steps.map(({ title, startedAt, endedAt }) => ({ title, tookS: ((endedAt ?? 0) - (startedAt ?? 0)) / 1000 }));
        return { bannerS, doneS: tookMs / 1000, startS, steps, overheadMs, processes: (await processes()) - startedBefore };
      }
      if (view.state !== 'running' && view.state !== 'queued') throw new Error(`it came out ${view.state}: ${view.problem?.message}`);
      if (performance.now() - clicked > limitMs) throw new Error('it takes too long');
      await pause(20);
    }
  } finally {
    stopping.abort();
    deployments.stop();
    await plans.stop();
    templates.stop();
    await xen.stop();
  }
}

/** Until every check has passed, as the page shows it; the digest of what is shown then. */
async function shown(events: AsyncIterable<DeployPreviewEvent>): Promise<string> {
  let preview: Preview | null = null;
  for await (const event of events) {
    const next: Preview | null = applyPreview(preview, event);
    if (next !== null && next.digest !== null) return next.digest;
    preview = next;
  }
  throw new Error('it never became ready');
}

/** The session, and for how long at least one script of it was under way so far, ms: what a deployment waits for its host. */
function timed(from: Session): { readonly runner: Runner; readonly spentMs: () => number } {
  let spent = 0;
  let underWay = 0;
  let since = 0;
  const run: Runner['run'] = async (...call) => {
    if (underWay++ === 0) since = performance.now();
    try {
      return await from.run(...call);
    } finally {
      if (--underWay === 0) spent += performance.now() - since;
    }
  };
  return { runner: { run, open: (...call) => from.open(...call), terminal: (...call) => from.terminal(...call) }, spentMs: () => spent };
}

async function viewOf(plans: Plans, id: string): Promise<PlanView> {
  const stream = plans.watch();
  const { value } = await stream.next();
  await stream.return();
  const view = value?.plans.find((plan) => plan.id === id);
  if (view === undefined) throw new Error('the plan is not there');
  return view;
}

/** Seconds, over a connection that is open already. */
async function byScript({ port, key, knownHosts }: LabHost): Promise<number> {
  const socket = join(home, 'mux');
  const options = [
    '-F',
    'none',
    '-S',
    socket,
    '-i',
    key,
    '-o',
    `UserKnownHostsFile=${knownHosts}`,
    '-o',
    'BatchMode=yes',
    '-p',
    String(port),
  ];
  await ssh([...options, '-M', '-f', '-N', 'root@127.0.0.1']);
  try {
    const began = performance.now();
    let bannerS = 0;
    await ssh([...options, 'root@127.0.0.1', 'sh -s'], script, (text) => {
      if (bannerS === 0 && text.includes(banner)) bannerS = (performance.now() - began) / 1000;
    });
    if (bannerS === 0) throw new Error('the script saw no banner');
    return bannerS;
  } finally {
    await ssh([...options, '-O', 'exit', 'root@127.0.0.1']).catch(() => undefined);
  }
}

function ssh(args: readonly string[], input = '', hear: (text: string) => void = () => undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    // What -f leaves behind keeps its streams: none may be waited for.
    const background = args.includes('-f');
    const child = spawn('ssh', args, { stdio: background ? 'ignore' : ['pipe', 'pipe', 'inherit'], timeout: limitMs });
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      hear(said);
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`ssh ended with ${code}`))));
  });
}

async function online(): Promise<void> {
  session.start();
  const until = performance.now() + 60_000;
  while (session.status.state !== 'online') {
    if (performance.now() > until) throw new Error(`the lab does not let Hum in: ${session.status.state}`);
    await pause(50);
  }
}

/** How many processes the host has started since it came up. */
async function processes(): Promise<number> {
  return Number(await sure("sed -n 's/^processes //p' /proc/stat"));
}

async function sure(script: string): Promise<string> {
  const { code, stdout, stderr } = await session.run(script, [], { timeoutMs: 120_000 });
  if (code !== 0) throw new Error(`the lab is not well: ${stderr.toString()}`);
  return stdout.toString();
}

async function clean(): Promise<void> {
  await sure(tidy);
}
