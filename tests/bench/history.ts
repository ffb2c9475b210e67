/**
 * The history of 48 hours at 5 s in simulated time: samples a second, query times and bytes per host-day, against the same rows in one plain table.
 *
 * `npm run bench -- history 1000 6` keeps 1,000 hosts for 6 hours; without numbers it is 100 for 48, which tells the same of each host. CPU times are those of
 * the thread: what the event loop is held for on a machine that has nothing else to do, save for waiting on the disk. The plain table has one row a sample, a column a series and (host, at) as its key, is written one transaction a sweep too, and holds ten hosts.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { columns, writeSteps } from '../../src/main/history/columns.ts';
import type { HistoryStore } from '../../src/main/history/history-store.ts';
import { readRange } from '../../src/main/history/range.ts';
import { openDatabase, transaction } from '../../src/main/storage/database.ts';
import { seriesNames } from '../../src/shared/contract/fleet.ts';
import { livelySample, openStore } from '../support/history.ts';
import { median, printTable } from './support/figures.ts';

const hosts = Number(process.argv[2] ?? 100);
const hours = Number(process.argv[3] ?? 48);
const plainHosts = Math.min(10, hosts);
const stepMs = 5_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const begin = Date.UTC(2026, 10, 20);
const end = begin + hours * hourMs;
const days = hours / 24;
/** As much of a day as there is. */
const chartMs = Math.min(dayMs, end - begin);
const points = 1_000;
const queries = 20;

if (!(hosts >= 1 && hosts <= 10_000 && hours >= 1 && hours <= 48))
  throw new Error('How many hosts, 1 to 10,000, and for how many hours, 1 to 48?');
const dir = mkdtempSync(join(tmpdir(), 'hum-history-bench-'));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.once('exit', () => rmSync(dir, { recursive: true, force: true }));

const hum = await benchHum(join(dir, 'history.db'));
progress('the plain table');
const plain = benchPlain(join(dir, 'plain.db'));
const samples = (hosts * (end - begin)) / stepMs;
const ratio = (one: number, other: number) => Number((one / other).toFixed(2));
const rounded = (value: number) => Number(value.toFixed(1));
const gib = (bytesPerHostDay: number) => `${((bytesPerHostDay * 2 * 1_000) / 2 ** 30).toFixed(2)} GiB`;
const count = (value: number) => Math.round(value).toLocaleString('en');
const spentText = ({ wallMs, cpuMs }: Spent) => `${rounded(wallMs)} ms, ${rounded(cpuMs)} of CPU`;
printTable([
  [`${hosts} hosts, ${hours} h at 5 s: ${count(samples)} samples`, 'Hum', 'one plain table'],
  ['samples a second of CPU, packed and rolled up', count(hum.samplesPerCpuSecond), count(plain.samplesPerCpuSecond)],
  ['samples a second', count(hum.samplesPerSecond), count(plain.samplesPerSecond)],
  ['bytes per host-day', count(hum.bytesPerHostDay), count(plain.bytesPerHostDay)],
  ['1,000 hosts for 48 h', gib(hum.bytesPerHostDay), gib(plain.bytesPerHostDay)],
  [`${chartMs / hourMs} h of one host, all series`, spentText(hum.dayChart), spentText(plain.dayChart)],
  ['1 h of one host, all series', spentText(hum.hourChart), spentText(plain.hourChart)],
  ['99 of 100 sweeps are written within', spentText(hum.sweep99), ''],
  ['99 of 100 steps of packing within', spentText(hum.step99), ''],
]);
process.stdout.write(
  `${JSON.stringify({
    bytesPlainVsHum: ratio(plain.bytesPerHostDay, hum.bytesPerHostDay),
    dayChartPlainVsHum: ratio(plain.dayChart.cpuMs, hum.dayChart.cpuMs),
    insertsHumVsPlain: ratio(hum.samplesPerCpuSecond, plain.samplesPerCpuSecond),
    hosts,
    hours,
    samplesPerSecond: Math.round(hum.samplesPerSecond),
    samplesPerCpuSecond: Math.round(hum.samplesPerCpuSecond),
    bytesPerHostDay: Math.round(hum.bytesPerHostDay),
    dayChartMs: rounded(hum.dayChart.wallMs),
    dayChartCpuMs: rounded(hum.dayChart.cpuMs),
    hourChartMs: rounded(hum.hourChart.wallMs),
    sweep99CpuMs: rounded(hum.sweep99.cpuMs),
    step99CpuMs: rounded(hum.step99.cpuMs),
    step99Ms: rounded(hum.step99.wallMs),
  })}\n`,
);

interface Spent {
  readonly wallMs: number;
  readonly cpuMs: number;
}

function spent(act: () => void): Spent {
  const [from, cpuFrom] = [performance.now(), process.threadCpuUsage()];
  act();
  const { user, system } = process.threadCpuUsage(cpuFrom);
  return { wallMs: performance.now() - from, cpuMs: (user + system) / 1000 };
}

/** What 99 of 100 do not pass. */
function usual(all: readonly Spent[]): Spent {
  const at = (values: number[]) => values.sort((left, right) => left - right)[Math.floor(values.length * 0.99)] ?? 0;
  return { wallMs: at(all.map(({ wallMs }) => wallMs)), cpuMs: at(all.map(({ cpuMs }) => cpuMs)) };
}

function rates(rows: number, all: readonly Spent[]) {
  const sum = (of: (one: Spent) => number) => all.reduce((total, one) => total + of(one), 0) / 1000;
  return { samplesPerSecond: rows / sum(({ wallMs }) => wallMs), samplesPerCpuSecond: rows / sum(({ cpuMs }) => cpuMs) };
}

async function benchHum(path: string) {
  let now = begin;
  const store = openStore(path, () => now);
  const sweeps: Spent[] = [];
  const steps: Spent[] = [];
  for (; now < end; now += stepMs) {
    if ((now - begin) % (2 * hourMs) === 0) progress(`${(now - begin) / hourMs} h of ${hours}`);
    const arrived = Array.from({ length: hosts }, (_, host) => livelySample(host, now));
    sweeps.push(spent(() => store.append(arrived.map(({ at, values }, host) => ({ key: `h${host}`, at, figures: stepsOf(values) })))));
    for (let more = true; more; ) {
      const step = spent(() => {
        more = store.work(2 ** 50, 8);
      });
      steps.push(step);
    }
  }
  const dayChart = await chart(store, now - chartMs, now);
  const hourChart = await chart(store, now - hourMs, now);
  store.close();
  const busySteps = steps.filter(({ wallMs }) => wallMs > 1);
  return {
    ...rates((hosts * (end - begin)) / stepMs, [...sweeps, ...steps]),
    bytesPerHostDay: statSync(path).size / hosts / days,
    dayChart,
    hourChart,
    sweep99: usual(sweeps),
    step99: usual(busySteps),
  };
}

function stepsOf(values: readonly (number | null)[]): Float32Array {
  const figures = new Float32Array(columns.length);
  writeSteps(values, figures, 0);
  return figures;
}

/** The middle time of a chart of different hosts, and the CPU of one on average. */
async function chart(store: HistoryStore, from: number, to: number): Promise<Spent> {
  const nothing = { rows: 0, times: new Float64Array(0), steps: new Float32Array(0) };
  const times: number[] = [];
  const cpuFrom = process.threadCpuUsage();
  for (let index = 0; index < queries; index += 1) {
    const start = performance.now();
    const range = await readRange(store, { host: `h${(index * 7) % hosts}`, from, to, points }, nothing, (error) => {
      throw error;
    });
    times.push(performance.now() - start);
    if (range.at.length < 300) throw new Error(`only ${range.at.length} points`);
  }
  const { user, system } = process.threadCpuUsage(cpuFrom);
  return { wallMs: median(times), cpuMs: (user + system) / 1000 / queries };
}

function benchPlain(path: string) {
  const names = seriesNames.map((name) => `${name} REAL`).join(', ');
  const schema = `CREATE TABLE sample (host INTEGER, at INTEGER, ${names}, PRIMARY KEY (host, at)) WITHOUT ROWID`;
  const { database } = openDatabase(path, [schema], new Date(), 'large');
  const insert = database.prepare(`INSERT INTO sample VALUES (${['?', '?', ...seriesNames.map(() => '?')].join(', ')})`);
  const sweeps: Spent[] = [];
  for (let now = begin; now < end; now += stepMs) {
    const arrived = Array.from({ length: plainHosts }, (_, host) => livelySample(host, now));
    const write = () => {
      for (const [host, { at, values }] of arrived.entries()) insert.run(host, at, ...values);
    };
    sweeps.push(spent(() => transaction(database, write)));
  }
  const figures = seriesNames.flatMap((name) => ['MIN', 'AVG', 'MAX'].map((what) => `${what}(${name})`)).join(', ');
  const select = database.prepare(`SELECT MIN(at), ${figures} FROM sample WHERE host = ? AND at >= ? AND at < ? GROUP BY (at - ?) / ?`);
  const plainChart = (from: number): Spent => {
    const all = Array.from({ length: queries }, (_, index) =>
      spent(() => select.all(index % plainHosts, from, end, from, (end - from) / points)),
    );
    return { wallMs: median(all.map(({ wallMs }) => wallMs)), cpuMs: all.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / queries };
  };
  const [dayChart, hourChart] = [plainChart(end - chartMs), plainChart(end - hourMs)];
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  const bytesPerHostDay = statSync(path).size / plainHosts / days;
  return { ...rates((plainHosts * (end - begin)) / stepMs, sweeps), dayChart, hourChart, bytesPerHostDay };
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
