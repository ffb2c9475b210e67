import type { Pty } from '../pty.ts';
import { cpuMs, type Domain } from './domain.ts';

/** What a command on a guest's console does beside printing. */
export interface Said {
  readonly text: string;
  readonly next?: 'logout' | 'reboot' | 'poweroff';
}

export interface ShellContext {
  readonly domain: Domain;
  readonly pty: Pty;
  /** Ms since the demo began. */
  readonly now: number;
}

const mostNumbers = 100_000;

/** The few commands of a simulated guest; text with plain line ends. */
export function guestCommand(line: string, context: ShellContext): Said {
  const [command = '', ...words] = line.trim().split(/\s+/);
  const run = commands[command];
  if (command === '') return { text: '' };
  return run ? run(context, words) : { text: `-sh: ${command}: not found (this guest is simulated: try "help")\n` };
}

const commands: Readonly<Record<string, (context: ShellContext, words: readonly string[]) => Said>> = {
  help: () => ({ text: `Commands of this simulated guest:\n  ${Object.keys(commands).join(' ')}\n` }),
  uname: ({ domain }, words) => ({
    text: words.includes('-a') ? `Linux ${domain.name} 6.1.0-31-amd64 #1 SMP x86_64 GNU/Linux\n` : 'Linux\n',
  }),
  hostname: ({ domain }) => ({ text: `${domain.name}\n` }),
  whoami: () => ({ text: 'root\n' }),
  echo: (_context, words) => ({ text: `${words.join(' ')}\n` }),
  uptime: ({ domain, now }) => {
    const seconds = Math.floor((now - domain.builtAt) / 1000);
    const clock = `${Math.floor(seconds / 3600) % 24}:${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}`;
    return { text: ` up ${Math.floor(seconds / 86_400)} days, ${clock}, CPU ${(cpuMs(domain, now) / 1000).toFixed(1)} s\n` };
  },
  free: ({ domain }) => {
    const [total, used] = [domain.memoryKb, Math.floor(domain.memoryKb * 0.43)];
    const row = [total, used, total - used].map((kb) => String(kb).padStart(12)).join('');
    return { text: `${' '.repeat(7)}${['total', 'used', 'free'].map((word) => word.padStart(12)).join('')}\nMem:   ${row}\n` };
  },
  ip: ({ domain }) => {
    const lines = domain.guest.vifs.map(({ mac, ip }, index) => `eth${index}: link/ether ${mac}${ip === null ? '' : `  inet ${ip}/24`}\n`);
    return { text: `lo: inet 127.0.0.1/8\n${lines.join('')}` };
  },
  stty: ({ pty }, words) => ({ text: words[0] === 'size' ? `${pty.rows} ${pty.columns}\n` : 'speed 38400 baud; line = 0;\n' }),
  seq: (_context, words) => {
    const count = Math.min(mostNumbers, Number(words[0]) || 0);
    return { text: Array.from({ length: Math.max(0, count) }, (_, index) => `${index + 1}\n`).join('') };
  },
  clear: () => ({ text: '\u001b[H\u001b[2J' }),
  reboot: () => ({ text: 'The system is going down for reboot NOW!\n', next: 'reboot' }),
  poweroff: () => ({ text: 'The system is going down for poweroff NOW!\n', next: 'poweroff' }),
  exit: () => ({ text: 'logout\n', next: 'logout' }),
};
