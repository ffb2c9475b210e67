/** The other side of main/ssh/door.ts: what a simulated shell makes of the payload. */
export interface DoorScript {
  readonly args: readonly string[];
  /** Printed to stdout and stderr before the script begins. */
  readonly ready: string;
  readonly script: string;
}

/** What a command that opens the door asks for. */
export interface DoorCommand {
  /** How many bytes of stdin are the script. */
  readonly length: number;
  /** Printed before the script may come; empty unless the door is that of a terminal. */
  readonly invitation: string;
}

const commandLine =
  /^exec sh -c '(?:t=\$\(stty -g\); stty raw -echo; printf %s%s ([0-9a-f]+) ([0-9a-f]+); )?eval "\$\(head -c (\d{1,7})\)"'$/;
const argumentLine = /^(?:stty "\$t"\n)?set --((?: '[^']*'(?:\\''[^']*')*)*)\n/;
const announcement = /^printf '\\n%s%s\\n' ([0-9a-f]+) ([0-9a-f]+)( >&2)?\n/;
const terminalAnnouncement = /^printf %s%s ([0-9a-f]+) ([0-9a-f]+)\n/;

/** Reads the command line, or undefined when it does not open the door. */
export function readDoor(command: string): DoorCommand | undefined {
  const found = commandLine.exec(command);
  return found ? { length: Number(found[3]), invitation: `${found[1] ?? ''}${found[2] ?? ''}` } : undefined;
}

/** Reads the payload as `sh` would, or undefined when it is not one that Hum makes. */
export function readPayload(payload: string): DoorScript | undefined {
  const settings = argumentLine.exec(payload);
  if (!settings) return undefined;
  let rest = payload.slice(settings[0].length);
  let ready = '';
  const terminal = payload.startsWith('stty') ? terminalAnnouncement.exec(rest) : null;
  if (terminal) {
    ready = `${terminal[1]}${terminal[2]}`;
    rest = rest.slice(terminal[0].length);
  }
  for (let line = announcement.exec(rest); line; line = announcement.exec(rest)) {
    if (!line[3]) ready = `\n${line[1]}${line[2]}\n`;
    rest = rest.slice(line[0].length);
  }
  const words = settings[1]?.match(/'[^']*'(?:\\''[^']*')*/g) ?? [];
  return { args: words.map((word) => word.slice(1, -1).replaceAll("'\\''", "'")), ready, script: rest };
}
