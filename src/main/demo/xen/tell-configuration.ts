import { runProgram } from '../programs.ts';
import type { ScriptCall } from '../script-call.ts';
import { type Answer, failed, printed } from './answer.ts';

/** What main/xen/scripts/configuration.sh tells of a simulated host. */
export function tellConfiguration({ host, args }: ScriptCall): Answer {
  const [what, subject = '', id = ''] = args;
  if (what === 'running') return runProgram(host, [subject, 'list', '--long', id]);
  const { xen, now } = host;
  if (what === 'file') {
    const text = xen?.machine.readFile(subject);
    return text === undefined ? failed(1, `cat: ${subject}: No such file or directory`) : printed(text);
  }
  const domain = xen?.machine.domain(Number(subject), now());
  if (!domain) return failed(1, 'xenstore-ls: xs_directory (/attr): No such file or directory');
  // As a guest agent writes them (docs/misc/xenstore-paths.pandoc of Xen, "attr/vif/$DEVID/ipv4/$INDEX").
  const told = domain.guest.vifs.flatMap(({ ip }, index) =>
    ip === null ? [] : [`/local/domain/${subject}/attr/vif/${index}/ipv4/0 = "${ip}"\n`],
  );
  return printed(told.join(''));
}
