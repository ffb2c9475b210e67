import { mkdirSync, rmSync } from 'node:fs';
import type { DemoState } from '../../shared/contract/fleet.ts';
import type { InventoryHost } from '../../shared/contract/inventory.ts';
import { HumError } from '../../shared/errors.ts';
import type { Logger } from '../logging.ts';
import type { Target } from '../ssh/session.ts';
import { type Demo, startDemo } from './demo.ts';

/** The one demo fleet that a console may show beside its saved hosts. */
export interface DemoService {
  readonly hosts: readonly InventoryHost[];
  readonly state: DemoState;
  onChange(listener: () => void): () => void;
  /** @throws HumError `conflict` when a demo runs already, `demo-failed`, `cancelled` by `stop` */
  start(hosts: number, domains?: number): Promise<void>;
  /** Ends the demo and its process; nothing of it stays. */
  stop(): Promise<void>;
  /** @throws HumError `not-found` once the demo has left */
  target(host: InventoryHost): Target;
}

export interface DemoServiceOptions {
  readonly serverPath: string;
  /** Nobody else's: what a demo that was killed left in it is removed. */
  readonly workDir: string;
  readonly log: Logger;
}

/** Answers at once; nothing runs until `start`. */
export function createDemoService({ serverPath, workDir, log }: DemoServiceOptions): DemoService {
  let demo: Demo | undefined;
  let starting: { readonly cancel: AbortController; readonly done: Promise<void> } | undefined;
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };

  async function launch(hosts: number, domains: number | undefined, signal: AbortSignal): Promise<void> {
    mkdirSync(workDir, { recursive: true, mode: 0o700 });
    try {
      const started = await startDemo({ hosts, domains, serverPath, workDir, log, signal });
      demo = started;
      started.onExit(() => {
        if (demo === started) forget();
      });
    } catch (error) {
      clear();
      throw error;
    }
  }

  function forget(): void {
    demo = undefined;
    clear();
    changed();
  }

  function clear(): void {
    rmSync(workDir, { recursive: true, force: true });
  }

  clear();

  return {
    get hosts() {
      return demo?.hosts ?? [];
    },
    get state() {
      return { running: demo !== undefined, hosts: demo?.hosts.length ?? 0 };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async start(hosts, domains) {
      if (demo || starting) {
        throw new HumError({
          code: 'conflict',
          message: 'The demo fleet is running already.',
          hint: 'Leave the demo first to start one of another size.',
        });
      }
      const cancel = new AbortController();
      const done = launch(hosts, domains, cancel.signal);
      starting = { cancel, done };
      try {
        await done;
      } finally {
        starting = undefined;
      }
      changed();
    },
    async stop() {
      starting?.cancel.abort();
      await starting?.done.catch(() => undefined);
      const running = demo;
      if (!running) return;
      await running.stop();
      if (demo === running) forget();
    },
    target(host) {
      if (!demo) {
        throw new HumError({ code: 'not-found', message: 'The demo fleet has ended.', hint: 'Start the demo again.', host: host.id });
      }
      return demo.target(host);
    },
  };
}
