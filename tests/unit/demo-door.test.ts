import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readDoor, readPayload } from '../../src/main/demo/door-script.ts';
import { makeDoor, makeTerminalDoor } from '../../src/main/ssh/door.ts';

it('reads back whatever script and arguments the door was made with', () => {
  const words = fc.array(fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0')));
  fc.assert(
    fc.property(words, fc.string(), (args, text) => {
      const script = `echo begin\n${text}`;
      for (const door of [makeDoor(script, args), makeTerminalDoor(script, args)]) {
        expect(readDoor(door.command)).toEqual({ length: door.payload.length, invitation: door.invitation?.toString() ?? '' });
        expect(readPayload(door.payload.toString())).toEqual({ args, ready: door.ready.toString(), script });
      }
    }),
  );
});

it('takes no other command and no other payload for the door', () => {
  for (const command of ['uptime', 'sh', 'exec sh -c \'eval "$(head -c 12)"; id\'', 'exec sh -c \'eval "$(head -c 99999999)"\'']) {
    expect(readDoor(command)).toBeUndefined();
  }
  expect(readPayload('rm -rf /\n')).toBeUndefined();
  expect(readPayload("set -- 'a\n")).toBeUndefined();
});
