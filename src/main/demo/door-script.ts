/** The other side of main/ssh/door.ts: what a simulated shell makes of the payload. */
export interface DoorScript {
  readonly args: readonly string[];
  /** Printed to stdout and stderr before the script begins. */
  readonly ready: string;
  readonly script: string;
}

const commandLine = /^exec sh -c 'eval "\$\(head -c (\d{1,7})\)"'$/;
const argumentLine = /^set --((?: '[^']*'(?:\\''[^']*')*)*)\n/;
const announcement = /^printf '\\n%s%s\\n' ([0-9a-f]+) ([0-9a-f]+)( >&2)?\n/;

/** How many bytes of stdin are the script, or undefined when the command does not open the door. */
export function payloadLength(command: string): number | undefined {
  const length = commandLine.exec(command)?.[1];
  return length === undefined ? undefined : Number(length);
}

/** Reads the payload as `sh` would, or undefined when it is not one that Hum makes. */
export function readPayload(payload: string): DoorScript | undefined {
  const settings = argumentLine.exec(payload);
  if (!settings) return undefined;
  let rest = payload.slice(settings[0].length);
  let ready = '';
  for (let line = announcement.exec(rest); line; line = announcement.exec(rest)) {
    if (!line[3]) ready = `\n${line[1]}${line[2]}\n`;
    rest = rest.slice(line[0].length);
  }
  const words = settings[1]?.match(/'[^']*'(?:\\''[^']*')*/g) ?? [];
  return { args: words.map((word) => word.slice(1, -1).replaceAll("'\\''", "'")), ready, script: rest };
}
