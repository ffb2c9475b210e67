import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { install, installNeeded } from './install.mjs';
import { consoleNodeFlags, node24, root, run, say } from './run.mjs';

/**
 * `npm run bench -- NAME`: bundles tests/bench/NAME.ts and runs it with Node 24. It prints a table for people; its last line is one JSON
 * object.
 */

const benchDir = join(root, 'tests', 'bench');
const outDir = join(root, 'node_modules', '.cache', 'hum-bench');

/** The programs that a bench runs, and Debian's packages that have them. */
const needs = {
  backups: { sshd: 'openssh-server', ssh: 'openssh-client', chromium: 'chromium' },
  deploy: { ssh: 'openssh-client' },
  'fan-out': { sshd: 'openssh-server', ssh: 'openssh-client', dash: 'dash', clush: 'clustershell', pdsh: 'pdsh' },
  many: { sshd: 'openssh-server', ssh: 'openssh-client', dash: 'dash', clush: 'clustershell', pdsh: 'pdsh' },
  overview: { chromium: 'chromium' },
  sessions: { sshd: 'openssh-server', ssh: 'openssh-client', dash: 'dash' },
  terminal: { sshd: 'openssh-server', ssh: 'openssh-client', chromium: 'chromium' },
  upload: { sshd: 'openssh-server', sftp: 'openssh-client', chromium: 'chromium' },
  xen: { sshd: 'openssh-server', ssh: 'openssh-client', dash: 'dash', clush: 'clustershell', chromium: 'chromium' },
};

const [name = '', ...rest] = process.argv.slice(2);
process.exitCode = await main();

async function main() {
  const benches = readdirSync(benchDir)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3));
  if (!benches.includes(name)) {
    say(name === '' ? 'Which bench? npm run bench -- NAME' : `There is no bench called "${name}".`);
    for (const bench of benches) say(`  ${bench.padEnd(12)} ${purpose(bench)}`);
    return 2;
  }
  if (installNeeded()) {
    say('Installing what is missing …');
    const installed = await install();
    if (!installed.ok) return failed('The packages could not be installed:', installed.output);
  }
  if (!(await programsAreThere(Object.entries(needs[name] ?? {})))) return 1;
  const bundled = await run(node24, ['--input-type=module', '--eval', bundler(name)]);
  if (!bundled.ok) return failed(`The bench "${name}" could not be built:`, bundled.output);
  return await runBench(join(outDir, `${name}.mjs`));
}

/** The first sentence of the comment that each bench begins with. */
function purpose(bench) {
  const text = readFileSync(join(benchDir, `${bench}.ts`), 'utf8');
  return /\/\*\*[\s*]*([\s\S]*?)[.:]\s/.exec(text)?.[1]?.replaceAll(/\s*\n\s*\*?\s*/g, ' ') ?? '';
}

async function programsAreThere(programs) {
  const missing = programs.filter(([program]) => !found(program)).map(([, debianPackage]) => debianPackage);
  if (missing.length === 0) return true;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    say(`This bench needs more programs. On Debian, as root:  ${command}`);
    return false;
  }
  say(`Installing ${missing.join(', ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const installed = await run('sh', ['-c', `apt-get update -q && ${command}`], { env });
  if (!installed.ok) failed(`It could not be installed with  ${command}`, installed.output);
  return installed.ok;
}

function found(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && existsSync(join(folder, program)));
}

/** A module for Node 24: vite and what it brings do not run on every Node that runs this script. */
function bundler(bench) {
  const config = {
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: join(benchDir, `${bench}.ts`),
      outDir,
      target: 'node24',
      rollupOptions: { output: { entryFileNames: `${bench}.mjs` } },
    },
  };
  return `import { build } from 'vite'; await build(${JSON.stringify(config)});`;
}

/** Its output goes straight to ours; Ctrl-C reaches it through the terminal, SIGTERM through us. */
function runBench(file) {
  const child = spawn(node24, [...consoleNodeFlags, '--expose-gc', '--enable-source-maps', file, ...rest], { cwd: root, stdio: 'inherit' });
  const pass = () => child.kill('SIGTERM');
  process.on('SIGTERM', pass).on('SIGINT', () => {});
  return new Promise((done) => {
    child.on('error', (error) => done(failed('The bench could not be started:', error.message)));
    child.on('exit', (code) => done(code ?? 1));
  });
}

function failed(sentence, output) {
  say(sentence);
  say(output);
  return 1;
}
