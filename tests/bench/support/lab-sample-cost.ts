import { HumXen } from './hum-xen.ts';
import { runningLab } from './running-lab.ts';

const samples = 20;

/**
 * The CPU ticks (1/100 s) of the scripts that this connection runs beside this one: their own and those of the children that they have waited
 * for (proc(5), stat: utime, stime, cutime, cstime).
 */
const ticksScript = `
sum=0
for stat in /proc/[0-9]*/stat; do
  read -r line <"$stat" 2>/dev/null || continue
  set -- \${line##*) }
  [ "$2" = "$PPID" ] && [ "\${line%% *}" != $$ ] || continue
  sum=$((sum + \${12} + \${13} + \${14} + \${15}))
done
echo "$sum"
`;

/** What one sample of the load costs a real Xen host, ms of its CPU, the whole of the probe's processes. @throws Error when there is no lab */
export async function labSampleCost(): Promise<{ readonly cpuMs: number | null; readonly why: string }> {
  const hum = await HumXen.open([(await runningLab()).target]);
  try {
    const session = hum.session(0);
    if (!session) throw new Error('the lab does not let Hum in');
    const ticks = async () => Number((await session.run(ticksScript)).stdout.toString());
    const before = await ticks();
    for (let sample = 0; sample < samples; sample += 1) await hum.sweep();
    const spent = (await ticks()) - before;
    return { cpuMs: (spent * 10) / samples, why: `on the lab, an emulated machine, ${hum.monitors[0]?.state.records.size} domains` };
  } finally {
    await hum.end();
  }
}
