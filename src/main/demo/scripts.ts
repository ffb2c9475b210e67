import { commandScript } from '../plans/command-step.ts';
import fileRestore from '../plans/file-restore.sh?raw';
import fileWrite from '../plans/file-write.sh?raw';
import vmList from '../terminals/vm-list.sh?raw';
import { restoreFile, writeFile } from './file-scripts.ts';
import { runProgram } from './programs.ts';
import type { Script } from './script-call.ts';

/** What the demo's hosts can run, by the very text that Hum sends. */
export const scripts: ReadonlyMap<string, Script> = new Map<string, Script>([
  [commandScript, ({ host, args }) => runProgram(host, args)],
  [vmList, ({ host }) => runProgram(host, ['xl', 'vm-list'])],
  [fileWrite, writeFile],
  [fileRestore, restoreFile],
]);
