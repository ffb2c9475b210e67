/** What `xl info` prints of a host. Memory in MiB. */
export interface InfoFigures {
  readonly name: string;
  readonly release: string;
  readonly version: string;
  readonly cpus: number;
  readonly coresPerSocket: number;
  readonly threadsPerCore: number;
  readonly nodes: number;
  readonly cpuMhz: string;
  readonly hardware: string;
  readonly totalMb: number;
  readonly freeMb: number;
  readonly xenExtra: number;
  readonly commandLine: string;
  readonly compiled: string;
  readonly buildId: string;
}

/** `xl info` of Xen 4.17 (tools/xl/xl_info.c; tests/fixtures/xen-4.17/guests-3/xl-info.out). */
export function infoText(of: InfoFigures): string {
  const rows: readonly (readonly [string, string | number])[] = [
    ['host', of.name],
    ['release', of.release],
    ['version', of.version],
    ['machine', 'x86_64'],
    ['nr_cpus', of.cpus],
    ['max_cpu_id', of.cpus - 1],
    ['nr_nodes', of.nodes],
    ['cores_per_socket', of.coresPerSocket],
    ['threads_per_core', of.threadsPerCore],
    ['cpu_mhz', of.cpuMhz],
    ['hw_caps', of.hardware],
    ['virt_caps', 'pv hvm hap gnttab-v1 gnttab-v2'],
    ['total_memory', of.totalMb],
    ['free_memory', of.freeMb],
    ['sharing_freed_memory', 0],
    ['sharing_used_memory', 0],
    ['outstanding_claims', 0],
    ['free_cpus', 0],
    ['xen_major', 4],
    ['xen_minor', 17],
    ['xen_extra', `.${of.xenExtra}`],
    ['xen_version', `4.17.${of.xenExtra}`],
    ['xen_caps', 'xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 '],
    ['xen_scheduler', 'credit2'],
    ['xen_pagesize', 4096],
    ['platform_params', 'virt_start=0xffff800000000000'],
    ['xen_changeset', ''],
    ['xen_commandline', of.commandLine],
    ['cc_compiler', 'x86_64-linux-gnu-gcc (Debian 12.2.0-14+deb12u1) 12.2.0'],
    ['cc_compile_by', 'pkg-xen-devel'],
    ['cc_compile_domain', 'lists.alioth.debian.org'],
    ['cc_compile_date', of.compiled],
    ['build_id', of.buildId],
    ['xend_config_format', 4],
  ];
  return rows.map(([key, value]) => `${key.padEnd(23)}: ${value}\n`).join('');
}
