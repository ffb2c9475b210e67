import { type JobDefinition, jobDefinition } from '../../../shared/contract/backup-jobs.ts';
import { HumError } from '../../../shared/errors.ts';

/**
 * A definition as one host gets it: `{host}` is its name, of which only what is harmless in a path stays. Commands are left as they are: a
 * name must never become a part of one.
 * @throws HumError `bad-input` where the name makes something of it that cannot be
 */
export function definitionFor(definition: JobDefinition, hostName: string): JobDefinition {
  const name = hostName
    .replaceAll(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^[.-]+/, '_')
    .slice(0, 200);
  const fill = (text: string) => text.replaceAll('{host}', name);
  const { destination } = definition;
  const filled = jobDefinition.safeParse({
    ...definition,
    sources: definition.sources.map(fill),
    excludes: definition.excludes.map(fill),
    destination: {
      ...destination,
      path: fill(destination.path),
      ...(destination.kind === 'local' ? {} : { host: fill(destination.host) }),
    },
  });
  if (filled.success) return filled.data;
  throw new HumError({
    code: 'bad-input',
    message: `With the name of this host the job cannot be: ${filled.error.issues[0]?.message ?? 'something in it does not fit'}`,
    hint: 'Write out the field for this host, or give the host a plainer name.',
  });
}
