import { runProgram } from '../programs.ts';
import type { Script, ScriptCall } from '../script-call.ts';
import { type Answer, failed, printed } from './answer.ts';
import { bridges } from './create.ts';
import { listed } from './listing.ts';
import type { Machine } from './machine.ts';
import type { Listed } from './print-list.ts';
import { type XlContext, xl } from './xl.ts';

/**
 * What the scripts of main/xen/scripts do on a simulated host: the same arguments, the same exit statuses.
 * tests/integration/demo-scripts.test.ts holds both side by side.
 */

/** The exit statuses that toolstack.sh chooses. */
const [gone, control, there, unexpected] = [81, 82, 83, 85];

/** Exit status 127, as the shell says it of a toolstack that is not there. */
export function onXen(call: ScriptCall, act: (context: XlContext, args: readonly string[]) => Answer): Answer {
  const { host, args } = call;
  return host.xen ? act(host.xen.at(host.now()), args) : failed(127, 'sh: 1: xl: not found');
}

/** What begins with `hold` of toolstack.sh, which only root can. A simulated command is done at once, so nobody is ever waited for. */
export function holding(call: ScriptCall, act: (context: XlContext, args: readonly string[]) => Answer): Answer {
  return onXen(call, (context, args) => (context.permitted ? act(context, args) : failed(1, 'xenstore-write: xs_open: Permission denied')));
}

/** `act` of toolstack.sh: both streams on stdout, with one line end after them where there is anything. */
export function acted(answer: Answer): Answer {
  const said = (answer.stdout + answer.stderr).replace(/\n+$/, '');
  return { ...answer, stdout: said === '' ? '' : `${said}\n`, stderr: '' };
}

/** `find_id` of toolstack.sh. */
function find(context: XlContext, uuid: string, last: string, name: string): Listed | Answer {
  const list = xl(context, ['vm-list']);
  if (list.code !== 0) return list;
  const fits = (each: Listed) => (uuid === '' ? String(each.id) === last && each.name === name : each.uuid === uuid);
  const found = listed(context.machine, context.dom0, context.now).filter(fits);
  const [domain, another] = found;
  if (another) return failed(unexpected);
  if (!domain) return failed(gone);
  return domain.id === 0 ? failed(control) : domain;
}

function isAnswer(found: Listed | Answer): found is Answer {
  return 'code' in found;
}

/** domain.sh: one command on one domain. */
export const onDomain: Script = (call) =>
  holding(call, (context, [tool = '', uuid = '', last = '', name = '', whenGone, unless = '-', ...command]) => {
    const found = find(context, uuid, last, name);
    if (isAnswer(found)) {
      return found.code === gone && whenGone === 'done' ? printed('It is gone: there is nothing left to do.\n') : found;
    }
    const paused = found.flags.includes('p');
    if ((unless === 'p' && paused) || (unless === '!p' && !paused)) return printed('It is so already: somebody else was faster.\n');
    const [program = tool, ...words] = command.map((word) => (word === '@' ? String(found.id) : word));
    return acted(runProgram(call.host, [program, ...words]));
  });

/** start.sh: builds a domain with a mark, or takes back what has the mark. */
export const start: Script = (call) =>
  holding(call, (context, [, what, mark = '', config = '', name = '']) => {
    const { machine, now } = context;
    const marked = machine.domains(now).find(({ id }) => machine.marks.get(id) === mark);
    if (what === 'undo') return marked ? acted(xl(context, ['destroy', String(marked.id)])) : printed(nothingBuilt);
    if (machine.domains(now).some((domain) => domain.name === name)) return failed(there);
    return built(context, mark, config, name);
  });

/** What an undo says that finds nothing of its own. */
export const nothingBuilt = 'Nothing was built: there is nothing to take back.\n';

/** Builds a domain, and keeps whose it is. */
export function built(context: XlContext, mark: string, config: string, name: string): Answer {
  const { machine, now } = context;
  const before = new Set(machine.domains(now).map(({ id }) => id));
  const answer = xl(context, ['create', config]);
  const anew = machine.domains(now).find((domain) => !before.has(domain.id) && domain.name === name);
  if (answer.code === 0 && anew) machine.marks.set(anew.id, mark);
  return acted(answer);
}

/** save.sh: into a file, back from one, or either taken back. */
export const saveOrRestore: Script = (call) =>
  holding(call, (context, [, what, uuid = '', last = '', name = '', file = '']) => {
    const { machine } = context;
    if (what === 'restore') {
      if (!machine.files.has(file)) return { ...failed(1), stdout: "Can't open restore file: No such file or directory\n" };
      const answer = acted(xl(context, ['restore', file]));
      if (answer.code === 0) move(machine, file, `${file}.restored`);
      return answer;
    }
    const found = find(context, uuid, last, name);
    if (what === 'save') {
      if (isAnswer(found)) return found;
      if (machine.files.has(file)) return failed(there);
      return acted(xl(context, ['save', String(found.id), file]));
    }
    if (!isAnswer(found)) return printed('It was not saved: it is there still.\n');
    if (found.code !== gone) return found;
    if (!machine.files.has(file)) return { ...failed(gone), stdout: 'There is no file to bring it back from.\n' };
    const answer = acted(xl(context, ['restore', file]));
    if (answer.code === 0) move(machine, file, undefined);
    return answer;
  });

function move({ files, images }: Machine, from: string, to: string | undefined): void {
  const [text, image] = [files.get(from), images.get(from)];
  files.delete(from);
  images.delete(from);
  if (to === undefined) return;
  if (text !== undefined) files.set(to, text);
  if (image !== undefined) images.set(to, image);
}

/** autostart.sh: a link in /etc/xen/auto, or none. */
export const setAutostart: Script = (call) =>
  onXen(call, ({ machine, permitted }, [what, config = '']) => {
    const link = `/etc/xen/auto/${config.slice(config.lastIndexOf('/') + 1)}`;
    if (what === 'on') {
      if (machine.readFile(config) === undefined) {
        return { ...failed(1), stdout: `Failed to read config file: ${config}: No such file or directory\n` };
      }
      if (machine.readFile(link) !== undefined) return printed('');
      if (!permitted) return { ...failed(1), stdout: `ln: failed to create symbolic link '${link}': Permission denied\n` };
      machine.links.set(link, config);
      return printed('\n');
    }
    const whole = machine.realPath(config);
    const links = [...machine.links.keys()].filter((each) => machine.realPath(each) === whole);
    if (links.length > 0 && !permitted) return { ...failed(1), stdout: `rm: cannot remove '${links[0]}': Permission denied\n` };
    for (const each of links) machine.links.delete(each);
    return printed('\n'.repeat(links.length));
  });

/** check-config.sh: what xl says of a text on stdin. */
export const checkConfig: Script = (call) =>
  onXen(call, (context) => {
    const file = '/tmp/hum-check.aBcDeF';
    context.machine.files.set(file, call.stdin.toString());
    const { code, stderr } = xl(context, ['-N', 'create', file]);
    context.machine.files.delete(file);
    return { ...printed(stderr), code };
  });

/** destination.sh: whether a host has what a domain needs. No demo host reaches another one by ssh. */
export const lookAtDestination: Script = (call) =>
  onXen(call, ({ machine }, [what, ...words]) => {
    if (what === 'ssh') return failed(255, `${words[1]}: Permission denied (publickey).`);
    const missing = words.filter((word) => {
      const value = word.slice(word.indexOf('=') + 1);
      return word.startsWith('bridge=') ? !bridges.includes(value) : !machine.hasDisk(value);
    });
    return { ...printed(missing.map((word) => `missing ${word}\n`).join('')), code: missing.length > 0 ? unexpected : 0 };
  });
