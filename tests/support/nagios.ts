import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { patience } from './patience.ts';

/** Debian's nagios4 with a configuration of its own. It checks nothing and tells nobody: all it knows, it is told through its command file. */
export interface Nagios {
  readonly commandFile: string;
  readonly statusFile: string;
  stop(): Promise<void>;
}

const program = '/usr/sbin/nagios4';

/** Starts it in a folder, for hosts with a service each of these names. Undefined where nagios4 is not installed. */
export async function startNagios(
  dir: string,
  user: string,
  hosts: readonly string[],
  services: readonly string[],
): Promise<Nagios | undefined> {
  if (!existsSync(program)) return undefined;
  for (const folder of ['rw', 'spool', 'log']) mkdirSync(join(dir, folder), { recursive: true });
  const config = join(dir, 'nagios.cfg');
  writeFileSync(config, mainConfig(dir, user));
  writeFileSync(join(dir, 'objects.cfg'), objects(hosts, services));
  const child: ChildProcess = spawn(program, [config], { stdio: ['ignore', 'ignore', 'inherit'], detached: true });
  const gone = once(child, 'exit');
  const commandFile = join(dir, 'rw', 'nagios.cmd');
  const statusFile = join(dir, 'status.dat');
  await vi.waitFor(() => {
    if (child.exitCode !== null) throw new Error(`nagios4 ended: ${readFileSync(join(dir, 'log', 'nagios.log'), 'utf8')}`);
    if (!existsSync(commandFile) || !existsSync(statusFile)) throw new Error('not yet');
  }, patience);
  // Made with 0660 whatever the umask: the tests log in as the account it belongs to, or as another that may not.
  chmodSync(commandFile, 0o660);
  return {
    commandFile,
    statusFile,
    async stop() {
      // Its workers are of its group.
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      await gone;
    },
  };
}

function mainConfig(dir: string, user: string): string {
  const settings: Readonly<Record<string, string | number>> = {
    log_file: join(dir, 'log', 'nagios.log'),
    cfg_file: join(dir, 'objects.cfg'),
    object_cache_file: join(dir, 'objects.cache'),
    precached_object_file: join(dir, 'objects.precache'),
    status_file: join(dir, 'status.dat'),
    status_update_interval: 1,
    nagios_user: user,
    nagios_group: user,
    check_external_commands: 1,
    command_file: join(dir, 'rw', 'nagios.cmd'),
    query_socket: join(dir, 'rw', 'nagios.qh'),
    lock_file: join(dir, 'nagios.pid'),
    temp_file: join(dir, 'nagios.tmp'),
    temp_path: dir,
    log_archive_path: join(dir, 'log'),
    use_syslog: 0,
    check_result_path: join(dir, 'spool'),
    check_result_reaper_frequency: 1,
    retain_state_information: 0,
    execute_service_checks: 0,
    execute_host_checks: 0,
    accept_passive_service_checks: 1,
    accept_passive_host_checks: 1,
    enable_notifications: 0,
    enable_event_handlers: 0,
    check_for_updates: 0,
    check_workers: 1,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function objects(hosts: readonly string[], services: readonly string[]): string {
  const checked = {
    max_check_attempts: 1,
    check_period: 'always',
    check_command: 'none',
    contacts: 'nobody',
    notification_period: 'always',
    active_checks_enabled: 0,
    passive_checks_enabled: 1,
  };
  return [
    block('timeperiod', { timeperiod_name: 'always', alias: 'always' }),
    block('command', { command_name: 'none', command_line: '/bin/true' }),
    block('contact', {
      contact_name: 'nobody',
      host_notification_period: 'always',
      service_notification_period: 'always',
      host_notification_commands: 'none',
      service_notification_commands: 'none',
    }),
    ...hosts.flatMap((host) => [
      block('host', { host_name: host, address: '127.0.0.1', ...checked }),
      ...services.map((service) =>
        block('service', {
          host_name: host,
          service_description: service,
          check_interval: 1,
          retry_interval: 1,
          notification_interval: 0,
          ...checked,
        }),
      ),
    ]),
  ].join('\n');
}

function block(kind: string, fields: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(fields).map(([name, value]) => `  ${name} ${value}`);
  return `define ${kind} {\n${lines.join('\n')}\n}\n`;
}
