/**
 * An SFTP server (draft-ietf-secsh-filexfer-02) for `Subsystem sftp` of an sshd of the tests, which answers in one chosen way: `node bad-sftp.mjs KIND`.
 * Everything it is asked for is there, is a file of 100,000 bytes, and opens.
 */
import { writeSync } from 'node:fs';

const [, , kind] = process.argv;
const [init, open, close, read, write, lstat, fstat, opendir, readdir, realpath, stat] = [1, 3, 4, 5, 6, 7, 8, 11, 12, 16, 17];
const [version, status, handle, data, name, attrs] = [2, 101, 102, 103, 104, 105];

const number = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const string = (value) => Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)]);
function send(type, ...parts) {
  const body = Buffer.concat([Buffer.of(type), ...parts]);
  process.stdout.write(Buffer.concat([number(body.length), body]));
}
/** Of a regular file: its size and permissions. */
const file = Buffer.concat([number(1 | 4), number(0), number(100_000), number(0o100644)]);

/** What it says that it has been sent, of which it keeps nothing (kind `swallows`). */
let swallowed = 0;

/** What it lists, again and again: names that are none, and one that is. */
const listed = ['../up', '/etc/shadow', '..', '', 'n\0ul', 'x'.repeat(300), 'plain'].map((each) =>
  Buffer.concat([string(each), string(each), file]),
);

function answer(type, id, rest) {
  if (type === realpath) {
    const where = kind === 'no-home' ? '../../nowhere\0' : '/home';
    send(name, id, number(1), string(where), string(where), number(0));
  } else if (kind === 'swallows' && (type === lstat || type === write)) swallow(type, id, rest);
  else if (type === stat || type === lstat || type === fstat) send(attrs, id, file);
  else if (type === readdir) send(name, id, number(listed.length), ...listed);
  else if (type === open || type === opendir) send(handle, id, string('h'));
  else if (type === close) send(status, id, number(0), string(''), string(''));
  else if ((type === read && kind === 'dies') || (type === write && kind === 'dies-writing')) process.exit(3);
  else if (type === read && kind === 'garbage') process.stdout.write(Buffer.alloc(1000, 0x7f));
  else if (type === read && kind === 'too-much') send(data, id, string('x'.repeat(rest.readUInt32BE(rest.length - 4) + 1000)));
  else if (type === read && kind === 'endless') flood();
  else send(status, id, number(4), string('\u001b[31mFailure\u202e'), string(''));
}

function swallow(type, id, rest) {
  if (type === lstat) {
    const size = Buffer.alloc(8);
    size.writeBigUInt64BE(BigInt(swallowed));
    send(attrs, id, number(1 | 4), size, number(0o100644));
    return;
  }
  const at = 4 + rest.readUInt32BE(0);
  swallowed = Number(rest.readBigUInt64BE(at)) + rest.readUInt32BE(at + 8);
  send(status, id, number(0), string(''), string(''));
}

/** Answers to what nobody asked, until nobody reads them. */
function flood() {
  const one = Buffer.concat([number(9), Buffer.of(status), number(99_999), number(0)]);
  const many = Buffer.concat(Array(5000).fill(one));
  for (let at = 0; ; ) {
    try {
      at = (at + writeSync(1, many, at)) % many.length;
    } catch (error) {
      if (error.code !== 'EAGAIN') process.exit(1);
    }
  }
}

let waiting = Buffer.alloc(0);
process.stdin.on('data', (chunk) => {
  waiting = Buffer.concat([waiting, chunk]);
  while (waiting.length >= 5 && waiting.length >= 4 + waiting.readUInt32BE(0)) {
    const packet = waiting.subarray(4, 4 + waiting.readUInt32BE(0));
    waiting = waiting.subarray(4 + packet.length);
    if (packet[0] === init) send(version, number(3));
    else answer(packet[0], packet.subarray(1, 5), packet.subarray(5));
  }
});
