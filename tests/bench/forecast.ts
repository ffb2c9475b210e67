/**
 * The forecast of memory against a plain level, on the recorded series of tests/fixtures/memory-series: how many alarms were followed by the end
 * of memory within two hours (precision), how many ends were announced at least five minutes before (recall), and how long before.
 *
 * `npm run bench -- forecast`. Both are judged as they would fire, as rules that nobody has changed.
 */
import { cases, precision, recall, type Score, score } from '../support/forecast-backtest.ts';
import { printTable } from './support/figures.ts';

const all = cases();
const foreseen = score('memory-forecast', all);
const level = score('memory-used', all);
const of = (part: number, whole: number, ratio: number) => `${ratio.toFixed(2)} (${part} of ${whole})`;
const rows = (one: Score) => [of(one.right, one.alarms, precision(one)), of(one.foreseen, one.ends, recall(one)), `${one.leadMinutes} min`];
const [forecastRows, levelRows] = [rows(foreseen), rows(level)];
printTable([
  [`${all.length} cases, ${foreseen.ends} of them end`, 'forecast', 'memory used ≥ 90 %'],
  ...['precision', 'recall', 'before the end, the middle'].map((name, index) => [name, forecastRows[index] ?? '', levelRows[index] ?? '']),
]);
const round = (value: number) => Number(value.toFixed(2));
process.stdout.write(
  `${JSON.stringify({
    precisionForecast: round(precision(foreseen)),
    recallForecast: round(recall(foreseen)),
    leadForecastMinutes: foreseen.leadMinutes,
    precisionLevel: round(precision(level)),
    recallLevel: round(recall(level)),
    leadLevelMinutes: level.leadMinutes,
  })}\n`,
);
