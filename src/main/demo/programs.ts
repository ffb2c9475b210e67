import type { SimulatedHost } from './simulated-host.ts';
import { type Answer, failed, printed } from './xen/answer.ts';
import { xl } from './xen/xl.ts';

/** A command as it would run on a simulated host, which has few of them. */
export function runProgram(host: SimulatedHost, [program = '', ...args]: readonly string[]): Answer {
  const { profile, xen, now } = host;
  switch (program) {
    case 'xl':
      return xen ? xl(xen.at(now()), args) : missing(program);
    case 'hostname':
      return printed(`${profile.name}\n`);
    case 'true':
      return printed('');
    case 'echo':
      return printed(`${args.join(' ')}\n`);
    default:
      return missing(program);
  }
}

function missing(program: string): Answer {
  return failed(127, `sh: 1: exec: ${program}: not found`);
}
