import { HumError } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { type Cast, readCast } from './cast.ts';

/** @throws HumError `file-unreadable` for what is no session log, and why it cannot be read */
export async function fetchCast(name: string, signal?: AbortSignal): Promise<Cast> {
  const pieces: string[] = [];
  for (let offset: number | null = 0; offset !== null; ) {
    const { text, next }: Awaited<ReturnType<typeof client.terminals.readLog>> = await client.terminals.readLog(
      { name, offset },
      signal === undefined ? {} : { signal },
    );
    pieces.push(text);
    offset = next;
  }
  const cast = readCast(pieces.join(''));
  if (cast !== null) return cast;
  throw new HumError({
    code: 'file-unreadable',
    message: 'This is no session log.',
    hint: 'It should be an asciicast of version 2.',
    detail: name,
  });
}
