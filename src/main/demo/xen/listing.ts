import { cpuMs, type Domain, onCpu, reasons } from './domain.ts';
import type { Machine } from './machine.ts';
import { infoText } from './print-info.ts';
import { type Listed, noUuid } from './print-list.ts';
import type { LongListed } from './print-list-long.ts';

/** Of the host beside its domains. */
export interface Dom0 {
  readonly hostName: string;
  readonly kernel: string;
  /** CPU time since its boot, ms. */
  readonly cpuMs: number;
  readonly uptimeMs: number;
}

export const dom0Name = 'Domain-0';

/** All domains as `xl list` sees them, the control domain first. */
export function listed(machine: Machine, dom0: Dom0, now: number): readonly Listed[] {
  const { dom0Mb, dom0Vcpus } = machine.parts;
  const control: Listed = {
    id: 0,
    name: dom0Name,
    uuid: noUuid,
    memoryKb: dom0Mb * 1024,
    vcpus: dom0Vcpus,
    flags: 'r-----',
    cpuMs: dom0.cpuMs,
    uptimeMs: dom0.uptimeMs,
    reason: null,
  };
  return [control, ...machine.domains(now).map((domain) => listedDomain(domain, now))];
}

function listedDomain(domain: Domain, now: number): Listed {
  return {
    id: domain.id,
    name: domain.name,
    uuid: domain.guest.uuid,
    memoryKb: domain.memoryKb,
    vcpus: domain.vcpus,
    flags: flagsOf(domain, now),
    cpuMs: cpuMs(domain, now),
    uptimeMs: Math.max(0, now - domain.builtAt),
    reason: domain.reason,
  };
}

function flagsOf(domain: Domain, now: number): string {
  if (domain.state === 'paused') return '--p---';
  // A crashed one is `---sc-` (tests/fixtures/xen-4.17/lifecycle/crashed-preserved.txt).
  if (domain.state === 'shut-down') return domain.reason === reasons.crash ? '---sc-' : '---s--';
  return onCpu(domain, now) ? 'r-----' : '-b----';
}

/** As `listed`, for `xl list -l`. */
export function longListed(machine: Machine, now: number): readonly LongListed[] {
  const { dom0Mb, dom0Vcpus } = machine.parts;
  // xl tells one kB less of the control domain's target (tests/fixtures/xen-4.17/guests-3/xl-list-l.out).
  const control = { id: 0, name: dom0Name, guest: null, vcpus: dom0Vcpus, targetKb: dom0Mb * 1024 - 1, maxKb: dom0Mb * 1024 };
  return [control, ...machine.domains(now).map(longListedDomain)];
}

export function longListedDomain({ id, name, guest, vcpus, targetKb, maxKb }: Domain): LongListed {
  return { id, name, guest, vcpus, targetKb, maxKb };
}

/** `xl info` of a machine of the demo. */
export function machineInfo(machine: Machine, dom0: Dom0, now: number): string {
  const { cpus, memoryMb, dom0Mb } = machine.parts;
  return infoText({
    name: dom0.hostName,
    release: dom0.kernel,
    version: '#1 SMP PREEMPT_DYNAMIC',
    cpus,
    coresPerSocket: cpus > 32 ? cpus / 4 : cpus / 2,
    threadsPerCore: 2,
    nodes: cpus > 32 ? 2 : 1,
    cpuMhz: '2596.124',
    hardware: '178bf3fd:80002001:20100800:00000007:00000000:00000000:00000000:00000000',
    totalMb: memoryMb,
    freeMb: machine.freeMb(now),
    xenExtra: 7,
    commandLine: `dom0_mem=${dom0Mb}M,max:${dom0Mb}M`,
    compiled: 'Wed Nov  4 16:52:28 UTC 2026',
    buildId: '151b373fd64b321593bf987fd923cd10dabadac4',
  });
}
