import { create } from 'zustand';
import { HumError, type Problem } from '../../shared/errors.ts';
import { filePieceBytes, mostDownloadBytes } from '../../shared/file-limits.ts';
import { localName } from '../../shared/local-name.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { showDone, showProblem } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import { bytesOf } from '../components/base64.ts';
import { downloadBlob } from '../components/download.ts';
import { fileOrProblem } from '../components/file-problem.ts';
import { sendFile, sendPiece } from '../components/send-file.ts';
import { whyNotFiles } from './file-names.ts';
import { wayToHost } from './way-to-host.ts';

/** A file on its way from or to a host, or that was lately. This window moves it: it ends with the window. */
export interface FileTransfer {
  readonly id: number;
  readonly kind: 'upload' | 'download';
  /** The inventory id. */
  readonly host: string;
  /** Of an upload, its name here; of a download, what was asked for: hostile text. */
  readonly name: string;
  /** Where it is or will be on the host, once that is known. */
  readonly path: string | null;
  /** `waiting`: for a connection that was lost. */
  readonly state: 'queued' | 'running' | 'waiting' | 'done' | 'failed' | 'cancelled';
  readonly bytes: number;
  /** Null before it is known, and where the host does not know it either. */
  readonly total: number | null;
  /** Bytes per second; null before it is known. */
  readonly rate: number | null;
  readonly problem?: Problem;
}

/** Newest last. */
export const useFileTransfers = create<{ readonly transfers: readonly FileTransfer[] }>(() => ({ transfers: [] }));

interface Work {
  readonly stopping: AbortController;
  /** What the console calls it. */
  transfer: string | null;
  readonly run: (report: Report, signal: AbortSignal) => Promise<void>;
}

/** What a transfer tells of itself. */
export interface Report {
  /** `transfer`: null for one that the browser fetches. */
  begun(transfer: string | null, path: string, bytes: number, total: number | null): void;
  at(bytes: number): void;
  /** A connection was lost: this window's to the console, or the host's. */
  waits(): void;
}

/** More of them would only share the same line. */
const mostAtOnce = 3;
/** Over which a rate is taken, ms. */
const rateOverMs = 5_000;

const works = new Map<number, Work>();
let nextId = 1;

/** Uploads files into a directory of a host; null: the home of its account. How that goes shows in the transfers. */
export function uploadFiles(host: string, directory: string | null, files: readonly File[]): void {
  const refused = whyNotFiles(files);
  if (refused !== null) {
    showProblem(refused, 'Uploading');
    return;
  }
  for (const file of files) {
    begin('upload', host, file.name, file.size, (report, signal) => upload(host, directory, file, report, signal));
  }
}

/** Downloads a file of a host into where the browser puts its downloads; `path` counts from `directory`. */
export function downloadFile(host: string, directory: string | null, path: string): void {
  begin('download', host, path, null, (report, signal) => download(host, directory, path, report, signal));
}

/** Shows a download that the browser has begun by itself. To try it again is an ordinary download. */
export function showDownload(
  host: string,
  directory: string | null,
  path: string,
  first: (report: Report, signal: AbortSignal) => Promise<void>,
): void {
  let run = first;
  const id = add('download', host, path, null, async (report, signal) => {
    const now = run;
    run = (...again) => download(host, directory, path, ...again);
    await now(report, signal);
  });
  void work(id);
  takeNext();
}

/** Ends a transfer; what has arrived of an upload is removed on the host. */
export async function cancelFile(id: number): Promise<void> {
  const work = works.get(id);
  const state = find(id)?.state;
  if (work === undefined || (state !== 'queued' && state !== 'running' && state !== 'waiting')) return;
  work.stopping.abort();
  let problem: Problem | undefined;
  try {
    if (work.transfer !== null) await client.files.end({ transfer: work.transfer });
  } catch (error) {
    if (find(id)?.kind === 'upload') problem = leftThere(problemFrom(error));
  }
  change(id, { state: 'cancelled', rate: null, ...(problem === undefined ? {} : { problem }) });
  takeNext();
}

/** Does one again that has failed; an upload goes on where it was cut. */
export function retryFile(id: number): void {
  const work = works.get(id);
  if (work === undefined || find(id)?.state !== 'failed') return;
  works.set(id, { ...work, stopping: new AbortController(), transfer: null });
  useFileTransfers.setState(({ transfers }) => ({
    transfers: transfers.map((each) => {
      if (each.id !== id) return each;
      const { problem: _, ...rest } = each;
      return { ...rest, state: 'queued', rate: null };
    }),
  }));
  takeNext();
}

/** Takes those off the list, which have ended. */
export function dismissFiles(ids: readonly number[]): void {
  for (const id of ids) works.delete(id);
  useFileTransfers.setState(({ transfers }) => ({ transfers: transfers.filter(({ id }) => !ids.includes(id)) }));
}

function begin(...what: Parameters<typeof add>): void {
  add(...what);
  takeNext();
}

function add(kind: FileTransfer['kind'], host: string, name: string, total: number | null, run: Work['run']): number {
  const id = nextId++;
  works.set(id, { stopping: new AbortController(), transfer: null, run });
  const transfer: FileTransfer = { id, kind, host, name, path: null, state: 'queued', bytes: 0, total, rate: null };
  useFileTransfers.setState(({ transfers }) => ({ transfers: [...transfers, transfer] }));
  return id;
}

function takeNext(): void {
  const { transfers } = useFileTransfers.getState();
  const busy = transfers.filter(({ state }) => state === 'running' || state === 'waiting').length;
  for (const { id } of transfers.filter(({ state }) => state === 'queued').slice(0, Math.max(0, mostAtOnce - busy))) void work(id);
  const any = useFileTransfers.getState().transfers.some(({ state }) => state === 'running' || state === 'waiting');
  if (any) window.addEventListener('beforeunload', askBeforeLeaving);
  else window.removeEventListener('beforeunload', askBeforeLeaving);
}

function askBeforeLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

async function work(id: number): Promise<void> {
  const mine = works.get(id);
  if (mine === undefined) return;
  const { signal } = mine.stopping;
  let points: readonly { readonly at: number; readonly bytes: number }[] = [];
  change(id, { state: 'running' });
  const report: Report = {
    begun(transfer, path, bytes, total) {
      mine.transfer = transfer;
      points = [];
      change(id, { state: 'running', path, bytes, total });
    },
    at(bytes) {
      const now = performance.now();
      points = [...points.filter(({ at }) => at > now - rateOverMs), { at: now, bytes }];
      const [first] = points;
      const rate = first !== undefined && now - first.at >= 500 ? ((bytes - first.bytes) / (now - first.at)) * 1000 : null;
      change(id, { bytes, rate });
    },
    waits: () => change(id, { state: 'waiting', rate: null }),
  };
  try {
    await mine.run(report, signal);
    if (!signal.aborted) {
      change(id, { state: 'done', rate: null });
      const { kind, name, path } = find(id) ?? {};
      showDone(kind === 'upload' ? `Uploaded to ${visibleText(path ?? '', 200)}.` : `Downloaded ${visibleText(name ?? '', 120)}.`);
    }
  } catch (error) {
    if (!signal.aborted) change(id, { state: 'failed', rate: null, problem: fileOrProblem(error) });
  }
  takeNext();
}

async function upload(host: string, directory: string | null, file: File, report: Report, signal: AbortSignal): Promise<void> {
  await sendFile(
    file,
    {
      ...wayToHost(host, report.waits),
      async begin() {
        const { transfer, offset, path } = await client.files.beginUpload({
          host,
          directory,
          name: file.name,
          bytes: file.size,
          modifiedAt: file.lastModified,
        });
        report.begun(transfer, path, offset, file.size);
        return { transfer, offset };
      },
      async send(transfer, offset, piece, either) {
        await sendPiece(transfer, offset, piece, either);
        report.at(offset + piece.size);
      },
    },
    () => undefined,
    signal,
  );
}

async function download(host: string, directory: string | null, path: string, report: Report, signal: AbortSignal): Promise<void> {
  const way = wayToHost(host, report.waits);
  let parts: Blob[] = [];
  let got = 0;
  let version: string | null = null;
  for (;;) {
    try {
      await way.reachable(signal);
      const begun = await client.files.beginDownload({ host, directory, path });
      const found = `${begun.bytes} ${begun.modifiedAt}`;
      if (version !== found) [parts, got, version] = [[], 0, found];
      report.begun(begun.transfer, begun.path, got, begun.bytes === 0 ? null : begun.bytes);
      for (let more = true; more; ) {
        const { data } = await client.files.download({ transfer: begun.transfer, offset: got });
        signal.throwIfAborted();
        const piece = bytesOf(data);
        parts.push(new Blob([piece]));
        got += piece.length;
        report.at(got);
        if (got > mostDownloadBytes) throw new HumError(grewTooLarge(host));
        more = piece.length === filePieceBytes && got !== begun.bytes;
      }
      await client.files.end({ transfer: begun.transfer });
      if (got < begun.bytes) throw new HumError(shrank(host));
      downloadBlob(localName(begun.path), new Blob(parts));
      return;
    } catch (error) {
      signal.throwIfAborted();
      const problem = problemFrom(error);
      if (problem.code !== 'connection-lost' || !way.comesBack(problem)) throw error;
    }
  }
}

function find(id: number): FileTransfer | undefined {
  return useFileTransfers.getState().transfers.find((each) => each.id === id);
}

function change(id: number, to: Partial<FileTransfer>): void {
  useFileTransfers.setState(({ transfers }) => ({ transfers: transfers.map((each) => (each.id === id ? { ...each, ...to } : each)) }));
}

function leftThere({ message }: Problem): Problem {
  return {
    code: 'undo-failed',
    message: 'What had arrived could not be removed.',
    hint: 'It lies beside where the file was to be; its name begins with .hum-part-.',
    detail: message,
  };
}

function shrank(host: string): Problem {
  return { code: 'conflict', message: 'The file became shorter while it was read.', hint: 'Download it again.', host };
}

function grewTooLarge(host: string): Problem {
  return { code: 'conflict', message: 'The file does not end where it said that it would.', hint: 'Use scp or rsync for it.', host };
}
