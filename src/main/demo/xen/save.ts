import { type Answer, failed, said } from './answer.ts';
import { type Domain, halted, newDomain, reasons, resumed } from './domain.ts';
import { type Machine, takes } from './machine.ts';

const folders = ['/var/lib/xen/save', '/var/lib/xen', '/srv/xen', '/var/tmp', '/tmp', '/root'];
const frames = 16;

/** `xl save [-c] DOMAIN FILE`: into a file, and away unless `keep`. */
export function save(machine: Machine, domain: Domain, path: string | undefined, keep: boolean, now: number): Answer {
  if (path === undefined) return failed(2, "'xl save' requires at least 2 arguments.");
  if (!folders.includes(path.replace(/\/[^/]*$/, ''))) return failed(1, `Failed to open temp file ${path} for writing`);
  if (domain.state === 'shut-down')
    return failed(1, `Saving to ${path} new xl format (info 0x3/0x0/1023)`, 'Failed to save domain, resuming domain');
  const took = takes.save + (takes.perGiBToSave * domain.memoryKb) / 2 ** 20;
  machine.files.set(path, '');
  machine.images.set(path, domain);
  machine.replace(halted(domain, now, { state: 'shut-down', reason: reasons.suspend }));
  machine.later(now + took, () => {
    if (!keep) machine.remove(domain.id);
    else machine.replace(resumed({ ...domain, unattended: true }, now + took, {}));
  });
  const all = Math.ceil(domain.maxKb / 4);
  const progress = Array.from({ length: frames }, (_, step) => {
    const done = Math.floor((all * (step + 1)) / frames);
    return `xc: progress: Frames: ${done}/${all}  ${String(Math.floor((100 * done) / all)).padStart(3)}%`;
  });
  return said(
    took,
    `Saving to ${path} new xl format (info 0x3/0x0/1023)`,
    `xc: info: Saving domain ${domain.id}, type x86 ${domain.guest.type === 'pv' ? 'PV' : 'HVM'}`,
    ...progress,
    'xc: progress: End of stream: 0/0    0%',
  );
}

/** `xl restore FILE`. */
export function restore(machine: Machine, path: string | undefined, now: number): Answer {
  if (path === undefined) return failed(2, "'xl restore' requires at least 1 argument.");
  if (machine.readFile(path) === undefined) return failed(1, "Can't open restore file: No such file or directory");
  const image = machine.images.get(path);
  if (!image) return failed(1, 'File has wrong magic number - corrupt or for a different tool?');
  const id = machine.takeId();
  const opening = [
    `Loading new save file ${path} (new xl fmt info 0x3/0x0/1023)`,
    ' Savefile contains xl domain config in JSON format',
    'Parsing config from <saved>',
  ];
  if (machine.domains(now).some((domain) => domain.name === image.name)) {
    return failed(
      3,
      ...opening,
      `libxl: error: libxl_domain.c:81:libxl__domain_rename: Domain ${id}:Domain with name "${image.name}" already exists.`,
      `libxl: error: libxl_create.c:1296:initiate_domain_create: Domain ${id}:cannot make domain: -6`,
    );
  }
  const took = takes.save + (takes.perGiBToSave * image.memoryKb) / 2 ** 20;
  const { name, vcpus, memoryKb, targetKb, maxKb } = image;
  const built = newDomain(id, image.guest, machine.loadFor(image.guest), now);
  machine.add({ ...built, name, vcpus, memoryKb, targetKb, maxKb, state: 'paused', work: { doneMs: 0, since: null } });
  machine.later(now + took, () => {
    const restored = machine.domain(id, now + took);
    if (restored?.state === 'paused') machine.replace(resumed(restored, now + took, { state: 'alive' }));
  });
  return said(
    took,
    ...opening,
    `xc: info: Found x86 ${image.guest.type === 'pv' ? 'PV' : 'HVM'} domain from Xen 4.17`,
    'xc: info: Restoring domain',
    'xc: info: Restore successful',
    'xc: info: XenStore: mfn 0x73ae2, dom 0, evt 1',
    'xc: info: Console: mfn 0x73ae1, dom 0, evt 2',
  );
}
