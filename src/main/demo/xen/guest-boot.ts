/** How long a simulated guest boots until it answers, ms after its creation. */
export const bootMs = 5000;

/** Of what cloud-init sets up, it says so a while after the prompt is there, ms. */
const keysMs = 8600;
const finishedMs = 8700;

/** Ms after its creation. The kernel counts from where it begins. */
const kernelMs = 2000;
const kernelLines = [
  [2000, 'Linux version 6.1.0-13-amd64 (demo)'],
  [2020, 'KERNEL supported cpus:'],
  [2030, 'BIOS-provided physical RAM map:'],
  [2110, 'NX (Execute Disable) protection: active'],
  [2130, 'Hypervisor detected: Xen'],
  [2200, 'Booting paravirtualized kernel on Xen'],
  [2240, 'printk: console [hvc0] enabled'],
  [2310, 'Xen: using vcpuop timer interface'],
  [2350, 'clocksource: xen: mask: 0xffffffffffffffff max_cycles: 0x1cd42e4dffb'],
  [2420, 'xen:grant_table: Grant tables using version 1 layout'],
  [2480, 'xenbus_probe_frontend: Device with no driver: device/vbd/51712'],
  [2600, 'NET: Registered PF_INET protocol family'],
  [2710, 'xen:balloon: Initialising balloon driver'],
  [2800, 'blkfront: xvda: flush diskcache: enabled; persistent grants: enabled;'],
  [2900, 'xen_netfront: Initialising Xen virtual ethernet driver'],
  [3100, 'Run /init as init process'],
  [3300, 'EXT4-fs (xvda1): mounted filesystem with ordered data mode'],
  [3400, 'systemd[1]: Detected virtualization xen.'],
] as const;

const unitLines = [
  [3500, 'Created slice Slice /system/getty'],
  [3520, 'Reached target Swaps'],
  [3560, 'Listening on Journal Socket'],
  [3700, 'Started Journal Service'],
  [3800, 'Finished Apply Kernel Variables'],
  [3900, 'Started Rule-based Manager for Device Events and Files'],
  [4050, 'Reached target Local File Systems'],
  [4200, 'Finished Raise network interfaces'],
  [4300, 'Reached target Network'],
  [4500, 'Started Regular background program processing daemon'],
  [4600, 'Started OpenBSD Secure Shell server'],
  [4800, 'Started Getty on hvc0'],
  [4900, 'Reached target Multi-User System'],
] as const;

/**
 * What a guest has printed `ms` after its creation: ASCII, so that it can be cut anywhere, with the colours of systemd. `hostKeys`: what cloud-init
 * prints of them, each `TYPE BASE64`; null in a guest that it does not set up.
 */
export function bootText(name: string, hostKeys: readonly string[] | null, ms: number): string {
  const kernel = ([at, line]: readonly [number, string]) => [at, `[${((at - kernelMs) / 1000).toFixed(6).padStart(12)}] ${line}`] as const;
  const unit = ([at, line]: readonly [number, string]) => [at, `[\u001b[0;32m  OK  \u001b[0m] ${line}.`] as const;
  const finished = 'cloud-init[512]: Cloud-init v. 22.4.2 finished at Thu, 01 Jan 1970 00:00:08 +0000. Datasource DataSourceNoCloud.';
  const keys = [
    '-----BEGIN SSH HOST KEY KEYS-----',
    ...(hostKeys ?? []).map((key) => `${key} root@${name}`),
    '-----END SSH HOST KEY KEYS-----',
  ];
  const lines = [
    ...kernelLines.map(kernel),
    ...unitLines.map(unit),
    [bootMs, `\r\nDebian GNU/Linux 12 ${name} hvc0\r\n`] as const,
    ...(hostKeys === null ? [] : [...keys.map((line) => [keysMs, line] as const), kernel([finishedMs, finished])]),
  ];
  return lines
    .filter(([at]) => at <= ms)
    .map(([, line]) => `${line}\r\n`)
    .join('');
}
