import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { build } from './build.mjs';
import { electronBinary, windowHindrance } from './electron-binary.mjs';
import { install, installNeeded, noteInstalled } from './install.mjs';
import { labEnvironment } from './lab/host.mjs';
import { startLabInBackground } from './lab/in-background.mjs';
import { endRunning, node24, root, run } from './run.mjs';
import { findBrowser, provideSystemPackages, testPackages } from './system-packages.mjs';

/**
 * How a stage ended. A stage without test cases of its own counts as one. `unsteady`: what failed and then passed, with why it failed: it counts
 * as passed, and is told, for it is a fault of the test or of the product all the same.
 * @typedef {{ passed: number, failed: number, skipped: number, output?: string, note?: string, unsteady?: readonly string[] }} Outcome
 */

const scratch = mkdtempSync(join(tmpdir(), 'hum-test-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const totals = { passed: 0, failed: 0, skipped: 0 };
/** How often vitest has run: each run writes a report of its own. */
let reports = 0;
/** Stages that did not end well; what needs them is skipped. */
const broken = new Set();
/** For vitest. Where tests share the machine with an emulated host, what fails is tried once more, and told. */
const onceMore = ['--retry=1'];
/** More files than these do not fail because their machine was slow. */
const mostTriedAlone = 15;
/** What the system lacks, in words, once looked for; undefined where it lacks nothing. */
let lacking;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    endRunning('SIGTERM');
    process.exit(1);
  });
}

await stage('install', [], () => {
  if (installNeeded()) return check(install());
  noteInstalled();
  return { ...one('passed'), note: 'nothing is missing' };
});
await stage('system packages', [], async () => {
  lacking = await provideSystemPackages(testPackages);
  return lacking === undefined ? one('passed') : skip(lacking);
});
// Built and booted while the other stages run. Two hosts, of one processor each: on a small machine they take no longer side by side than one
// alone, and the tests share them.
const lab = process.env.HUM_TEST_LAB === '0' ? noLab('HUM_TEST_LAB=0') : startLabInBackground(2);
await stage('typecheck', ['install'], async () => {
  for (const project of ['node', 'web', 'e2e']) {
    const result = await tool('typescript/bin/tsc', ['-p', `tsconfig.${project}.json`]);
    if (!result.ok) return { ...one('failed'), output: result.output };
  }
  return one('passed');
});
await stage('lint', ['install'], () => check(tool('@biomejs/biome/bin/biome', ['ci', '--colors=off', '.'])));
await stage('house rules', ['install'], () =>
  check(tool('dependency-cruiser/bin/dependency-cruiser.mjs', ['src', '--config', '.dependency-cruiser.cjs'])),
);
await stage('build', ['install'], () => check(build()));
await stage('unit', ['install'], () => vitest(['tests/unit']));
await stage('integration', ['install'], async () => {
  const hindrance = lacking ?? (process.getuid?.() === 0 ? undefined : 'only root can make the accounts that the tests log in to');
  if (hindrance === undefined) return vitestAndAlone(['tests/integration']);
  const outcome = await vitestAndAlone(['tests/integration/web', 'tests/integration/launch']);
  return { ...outcome, skipped: outcome.skipped + 1, note: `only what needs no sshd: ${hindrance}` };
});
await stage('e2e web', ['install', 'build'], () => {
  const browser = findBrowser();
  return browser ? playwright('web', { HUM_BROWSER: browser }) : skip('no Chromium or Chrome is installed');
});
await stage('e2e desktop', ['install', 'build'], () => {
  if (!electronBinary()) return skip("Electron's program is not downloaded: npx install-electron");
  const hindrance = windowHindrance();
  return hindrance ? skip(hindrance) : playwright('desktop', {});
});
await stage('lab', ['install'], () =>
  onLab(async (env) => {
    const config = ['--config', 'tests/lab/vitest.config.ts', ...onceMore];
    if (process.env.HUM_TEST_LAB === 'all') return vitest(config, env, 3_600_000);
    const outcome = await vitest(config, { ...env, HUM_LAB_CORE: '1' });
    return { ...outcome, note: 'the core; all of it: npm run lab -- test' };
  }),
);
await stage('e2e lab', ['install', 'build', 'lab'], () => {
  const browser = findBrowser();
  return browser ? onLab((env) => playwright('lab', { ...env, HUM_BROWSER: browser })) : skip('no Chromium or Chrome is installed');
});
await lab.stop();

const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;

/**
 * @param {string} name
 * @param {readonly string[]} needs
 * @param {() => Outcome | Promise<Outcome>} act
 */
async function stage(name, needs, act) {
  const began = Date.now();
  const missing = needs.filter((need) => broken.has(need));
  const outcome = missing.length > 0 ? skip(`needs ${missing.join(' and ')}`) : await act();
  if (outcome.failed > 0) broken.add(name);
  // What cannot run because something else broke is no pass: the failure that it hangs on is counted already.
  if (missing.length > 0) broken.add(name);
  for (const kind of ['passed', 'failed', 'skipped']) totals[kind] += outcome[kind];
  const verdict = outcome.failed > 0 ? 'FAILED' : outcome.passed > 0 ? 'ok' : 'skipped';
  const counts = ['passed', 'failed', 'skipped'].filter((kind) => outcome[kind] > 0).map((kind) => `${outcome[kind]} ${kind}`);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  if (outcome.output && outcome.failed > 0) console.log(`\n${outcome.output}\n`);
  console.log(
    `${verdict.padEnd(8)}${name.padEnd(17)}${`${seconds} s`.padStart(8)}  ${counts.join(', ')}${outcome.note ? ` (${outcome.note})` : ''}`,
  );
  for (const each of outcome.unsteady ?? []) console.log(`        passed only when tried again: ${each.replaceAll('\n', '\n          ')}`);
}

/** @param {'passed' | 'failed' | 'skipped'} kind */
function one(kind) {
  return { passed: 0, failed: 0, skipped: 0, [kind]: 1 };
}

function skip(reason) {
  return { ...one('skipped'), note: reason };
}

/** @param {string} hindrance */
function noLab(hindrance) {
  return { ready: Promise.resolve({ hindrance }), stop: async () => undefined };
}

/** @param {(env: Record<string, string>) => Promise<Outcome>} act */
async function onLab(act) {
  const { hosts, hindrance, failure } = await lab.ready;
  if (hosts) return act(labEnvironment(hosts));
  return hindrance ? skip(hindrance) : { ...one('failed'), output: failure };
}

async function check(running) {
  const { ok, output } = await running;
  return { ...one(ok ? 'passed' : 'failed'), output };
}

/** Runs a program of node_modules under Node 24. */
function tool(path, args, env = {}, limitMs = 3_000_000) {
  const { FORCE_COLOR: _color, ...inherited } = process.env;
  const plain = { ...inherited, NO_COLOR: '1', ...env };
  return run(node24, [join(root, 'node_modules', ...path.split('/')), ...args], { env: plain, limitMs });
}

/**
 * Several files run side by side, and an image is built meanwhile: those in which something fails then are tried once more, one after the other.
 * @returns {Promise<Outcome>} `unsteady` has what passed only then
 */
async function vitestAndAlone(args) {
  const first = await vitest(args);
  if (first.failed === 0 || first.files.length === 0 || first.files.length > mostTriedAlone) return first;
  const again = await vitest([...first.files, '--maxWorkers=1']);
  // One that failed without a failed case tells nothing of the others.
  if (again.failed > 0 && again.failures.length === 0) return first;
  const failed = Math.min(again.failed, first.failed);
  const mended = first.failures.filter((each) => !again.failures.some((still) => still.name === each.name)).map(told);
  return {
    passed: first.passed + first.failed - failed,
    failed,
    skipped: first.skipped,
    output: `${first.output}\nTried once more, one file after the other:\n${again.output}`,
    unsteady: first.failures.length > 0 ? mended : first.files,
  };
}

/** @param {{ name: string, message: string }} failure */
function told({ name, message }) {
  return `${name}\n${message}`;
}

async function vitest(args, env = {}, limitMs = undefined) {
  reports += 1;
  const report = join(scratch, `vitest-${reports}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const result = await tool('vitest/vitest.mjs', ['run', ...args, ...reporters], env, limitMs);
  const read = readReport(report);
  const results = read?.testResults ?? [];
  const cases = results.flatMap(({ assertionResults }) => assertionResults).filter(({ failureMessages }) => failureMessages.length > 0);
  const withStatus = (wanted) =>
    cases
      .filter(({ status }) => status === wanted)
      .map(({ fullName, failureMessages }) => ({ name: fullName, message: failureMessages[0] }));
  const skipped = (read?.numPendingTests ?? 0) + (read?.numTodoTests ?? 0);
  return {
    ...counted(result, read?.numPassedTests, read?.numFailedTests, skipped),
    unsteady: withStatus('passed').map(told),
    failures: withStatus('failed'),
    files: results.filter(({ status }) => status === 'failed').map(({ name }) => name),
  };
}

async function playwright(project, env) {
  const report = join(scratch, `e2e-${project}.json`);
  const result = await tool('@playwright/test/cli.js', ['test', `--project=${project}`, '--retries=1', '--reporter=dot,json'], {
    ...env,
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
  });
  const read = readReport(report);
  const { expected = 0, unexpected, flaky = 0, skipped } = read?.stats ?? {};
  const unsteady = specsOf(read?.suites ?? []).flatMap(({ title, file, tests }) =>
    tests
      .filter(({ status }) => status === 'flaky')
      .map(({ results }) => `${file}: ${title}\n${stripVTControlCharacters(results[0]?.error?.message ?? '')}`),
  );
  return { ...counted(result, expected + flaky, unexpected, skipped), unsteady };
}

/** Of Playwright's report, in which suites lie in suites. */
function specsOf(suites) {
  return suites.flatMap(({ specs = [], suites: inner = [] }) => [...specs, ...specsOf(inner)]);
}

/** A runner that failed without a failed case (a file that does not load, a crash) has failed all the same, and one without a report too. */
function counted({ ok, output }, passed = 0, failed = 0, skipped = 0) {
  const silent = failed === 0 && (!ok || passed + skipped === 0);
  return { passed, failed: silent ? 1 : failed, skipped, output };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
