import type { Script } from '../script-call.ts';
import { type Answer, failed, printed } from './answer.ts';
import type { Domain } from './domain.ts';
import type { Guest } from './guest.ts';
import { bootMs, bootText } from './guest-boot.ts';
import { acted, built, holding, nothingBuilt, onXen } from './lifecycle-scripts.ts';
import { listed } from './listing.ts';
import type { Machine } from './machine.ts';
import { type XlContext, xl } from './xl.ts';

/**
 * What the scripts of a deployment do on a simulated host: the same arguments, the same answers, and nothing in between that could be taken
 * back half. tests/integration/demo-deployment.test.ts holds both side by side.
 */

/** The exit statuses that toolstack.sh chooses. */
const [there, unexpected] = [83, 85];

/** `refuse` of ledger.sh. */
function refused(code: number, words: string): Answer {
  return { ...failed(code), stdout: `refused ${words}\n` };
}

/** How fast an image is copied, bytes per ms. */
const copyRate = 250_000;

/** claim.sh: the name of a VM for one plan. */
export const claim: Script = (call) =>
  holding(call, ({ machine, now }, [what, mark = '', name = '', , config = '']) => {
    if (what !== 'take') {
      if (machine.claims.get(name) === mark) machine.claims.delete(name);
      return printed('');
    }
    const owner = machine.claims.get(name);
    if (owner !== undefined && owner !== mark) return refused(there, 'taken claim');
    if (machine.files.has(config) || machine.links.has(config)) return refused(there, 'taken config');
    if (machine.domains(now).some((domain) => domain.name === name)) return refused(there, 'taken domain');
    machine.claims.set(name, mark);
    return printed('');
  });

/** disk.sh: a file that is a disk. */
export const makeDisk: Script = (call) =>
  holding(call, ({ machine, now }, [what, mark = '', key = '', path = '', method, image = '', , size]) => {
    if (what === 'undo') {
      const ours = machine.made.get(path)?.mark === mark;
      // The real one has an account of each plan, which ends with its claim.
      if (!ours && machine.hasDisk(path) && ![...machine.claims.values()].includes(mark)) return refused(unexpected, `finished ${path}`);
      if (ours) machine.made.delete(path);
      return printed('');
    }
    const found = placing(machine, mark, path);
    if (found !== undefined) return found;
    const whole = machine.goodOf(image)?.bytes ?? 0;
    if (method !== 'empty' && !machine.hasDisk(image)) return refused(unexpected, `image ${image}`);
    const copies = method === 'copy' || method === 'reflink';
    machine.made.set(path, { mark, key, bytes: Number(size) || whole, since: now, copied: copies ? whole : 0, isSeed: false });
    return printed(
      method === 'reflink' ? 'note: this file system makes no reflinks; the image was copied.\n' : '',
      copies ? whole / copyRate : 50,
    );
  });

/** seed.sh: a file from stdin; disk.sh takes it back. */
export const writeSeed: Script = (call) =>
  holding(call, ({ machine, now }, [mark = '', key = '', path = '', bytes]) => {
    const isSeed = call.stdin.toString('latin1', 43, 49) === 'CIDATA';
    const found = placing(machine, mark, path);
    if (found !== undefined) return found;
    machine.made.set(path, { mark, key, bytes: Number(bytes), since: now, copied: 0, isSeed });
    return printed('');
  });

function placing(machine: Machine, mark: string, path: string): Answer | undefined {
  if (machine.made.get(path)?.mark === mark) return printed('It is there already: nothing was left to do.\n');
  return machine.hasDisk(path) || machine.files.has(path) ? refused(there, `there ${path}`) : undefined;
}

/** disk-look.sh: how far a copy is. */
export const lookAtDisk: Script = (call) =>
  onXen(call, ({ machine, now }, [mark, key]) => {
    const disk = [...machine.made.values()].find((each) => each.mark === mark && each.key === key);
    const done = disk === undefined ? 0 : Math.floor((now - disk.since) * copyRate);
    return printed(disk === undefined || done >= disk.copied ? '' : `copy ${disk.copied} ${done}\n`);
  });

/** volume.sh: no host of the demo has LVM. */
export const makeVolume: Script = (call) =>
  holding(call, (_context, [what]) => (what === 'undo' ? printed('') : refused(unexpected, 'program lvcreate')));

/** selinux.sh: nor has any SELinux. */
export const setBoolean: Script = (call) =>
  onXen(call, (_context, [what, , boolean, absent]) => {
    if (what === 'undo') return printed('');
    if (absent === 'error') return refused(unexpected, `boolean ${boolean}`);
    return printed(`note: there is no boolean ${boolean} on this host, or SELinux is off: nothing was changed.\n`);
  });

/** build.sh: the domain, which is ours by its mark, or by a name that is claimed. */
export const build: Script = (call) =>
  holding(call, (context, [, what, mark = '', config = '', name = '']) => {
    const { machine, now } = context;
    const domains = machine.domains(now);
    const claimed = machine.claims.get(name) === mark;
    const ours = domains.find(({ id }) => machine.marks.get(id) === mark) ?? domains.find((domain) => claimed && domain.name === name);
    if (what === 'undo') return ours ? acted(xl(context, ['destroy', String(ours.id)])) : printed(nothingBuilt);
    return ours ? printed('') : built(context, mark, config, name);
  });

/** watch.sh: how a VM comes up. */
export const watch: Script = (call) =>
  onXen(call, (context, [what, mark = '', ...words]) => {
    if (what === 'end') return printed('');
    const { machine, dom0, now } = context;
    const domains = machine.domains(now);
    const marked = domains.find(({ id }) => machine.marks.get(id) === mark);
    if (what === 'follow') {
      const console = marked === undefined ? '' : consoleOf(context, marked);
      return printed(Buffer.from(console).subarray(Number(words[0])).toString());
    }
    const [, name, ready, address = ''] = words;
    const domain = marked ?? domains.find((each) => each.name === name);
    if (domain === undefined) return printed(`domain gone\n${address === '' ? '' : `address ${address}\n`}answers no\n`);
    const flags = listed(machine, dom0, now).find(({ id }) => id === domain.id)?.flags ?? '------';
    const seen = address === '' && up(domain.builtAt, now) ? addressOf(domain.guest) : address;
    const answers = (ready === 'ping' || ready === 'ssh') && up(domain.builtAt, now);
    const lines = [`domain ${domain.id} ${flags}`, ...(seen === '' ? [] : [`address ${seen}`]), `answers ${answers ? 'yes' : 'no'}`];
    return printed(`${lines.join('\n')}\n`);
  });

function up(builtAt: number, now: number): boolean {
  return now - builtAt >= bootMs;
}

/** An address that a DHCP server gives, of a network that is nobody's (RFC 5737); nothing without a card. */
function addressOf({ vifs: [vif] }: Guest): string {
  if (vif === undefined) return '';
  const [net = 0, host = 0] = vif.mac
    .split(':')
    .slice(-2)
    .map((byte) => Number.parseInt(byte, 16));
  return `${['192.0.2', '198.51.100', '203.0.113'][net % 3]}.${(host % 254) + 1}`;
}

function consoleOf({ machine, now }: XlContext, { name, builtAt, guest }: Domain): string {
  const seeded = guest.disks.some(({ target }) => machine.made.get(target)?.isSeed);
  return bootText(name, seeded ? machine.hostKeysOf(guest) : null, now - builtAt);
}
