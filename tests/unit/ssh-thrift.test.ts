import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { joinWrites } from '../../src/main/ssh/thrift.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function pair(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const near = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', noDelay: true });
  const far = await accepted;
  ends.push(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return { near, far };
}

test('pieces written in one turn arrive as one segment, in order, and a later turn is not held back', async () => {
  const { near, far } = await pair();
  joinWrites(near);
  const chunks: string[] = [];
  far.on('data', (chunk) => void chunks.push(chunk.toString()));
  for (const piece of ['len', 'packet', 'tag']) near.write(piece);
  await new Promise((resolve) => far.once('data', resolve));
  expect(chunks).toEqual(['lenpackettag']);
  near.write('next');
  await new Promise((resolve) => far.once('data', resolve));
  expect(chunks).toEqual(['lenpackettag', 'next']);
});

test('what was written right before the end is sent', async () => {
  const { near, far } = await pair();
  joinWrites(near);
  let heard = '';
  far.on('data', (chunk) => {
    heard += chunk.toString();
  });
  near.write('last ');
  near.write('words');
  near.end();
  await new Promise((resolve) => far.once('end', resolve));
  expect(heard).toBe('last words');
});
