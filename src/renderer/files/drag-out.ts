import { offerPath } from '../../shared/file-limits.ts';
import { localName } from '../../shared/local-name.ts';
import { showProblem } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import { base64Of } from '../components/base64.ts';
import { showDownload } from './transfers.ts';

/** A file of a host; `path` counts from `directory`, null being the home of the account. */
export interface HostFile {
  readonly host: string;
  readonly directory: string | null;
  readonly path: string;
}

/** After a drag has ended, the browser comes for the file within so many ms, or not at all: it was let go of where nothing takes files. */
const letGoMs = 10_000;

/**
 * Puts a file of a host into a drag that begins: an address under which the browser fetches it once it is dropped outside of the page. That is
 * `DownloadURL` (`type:name:address`), which Chromium alone knows; where it does, `dragsOut` says. Returns what to do when the drag has ended.
 */
export function dragOut(data: Pick<DataTransfer, 'setData' | 'effectAllowed'>, file: HostFile): () => void {
  const token = base64Of(crypto.getRandomValues(new Uint8Array(32)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  const address = new URL(`${offerPath}${token}`, location.href).href;
  data.effectAllowed = 'copy';
  data.setData('DownloadURL', `application/octet-stream:${localName(file.path)}:${address}`);
  const offered = offer(file, token);
  return () => void setTimeout(offered.withdraw, letGoMs);
}

/** Offers it, and shows a download once the browser has come for it. */
function offer({ host, directory, path }: HostFile, token: string): { withdraw(): void } {
  const stopping = new AbortController();
  let taken = false;

  async function follow(): Promise<void> {
    const events = await client.files.offer({ host, directory, path, token }, { signal: stopping.signal });
    if ((await events.next()).done === true) return;
    taken = true;
    showDownload(host, directory, path, async (report, signal) => {
      signal.addEventListener('abort', () => stopping.abort());
      for await (const event of events) {
        if (event.kind === 'begun') report.begun(null, event.path, 0, event.bytes === 0 ? null : event.bytes);
        else if (event.kind === 'at') report.at(event.bytes);
      }
    });
  }

  follow().catch((error: unknown) => {
    const problem = problemFrom(error);
    if (!stopping.signal.aborted && problem.code !== 'request-timeout') showProblem(problem, 'Dragging a file out');
  });
  return {
    withdraw() {
      if (!taken) stopping.abort();
    },
  };
}
