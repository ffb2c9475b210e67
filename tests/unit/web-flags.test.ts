import { describe, expect, it } from 'vitest';
import { defaultDataDir, readShellFlags } from '../../src/main/web/flags.ts';
import { HumError } from '../../src/shared/errors.ts';

const home = { HOME: '/home/ada' };

function refusal(...args: string[]): string {
  try {
    readShellFlags(args, home);
  } catch (error) {
    if (error instanceof HumError && error.problem.code === 'bad-input') return `${error.problem.message} ${error.problem.hint}`;
    throw error;
  }
  throw new Error('not refused');
}

describe('the flags of a shell', () => {
  it('are safe when none is given: loopback, a free port, no demo, no browser', () => {
    expect(readShellFlags([], home)).toEqual({
      dataDir: defaultDataDir(home),
      demoHosts: 0,
      demoDomains: undefined,
      host: '127.0.0.1',
      port: 0,
      allowRemote: false,
      openBrowser: false,
    });
  });

  it('refuse an address that others can reach, until that is allowed too', () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.7', 'console.example.org', ''])
      expect(refusal(`--host=${host}`)).toContain('--allow-remote');
    expect(readShellFlags(['--host', '0.0.0.0', '--allow-remote'], home)).toMatchObject({ host: '0.0.0.0', allowRemote: true });
    expect(readShellFlags(['--host', '::1'], home).host).toBe('::1');
  });

  it('refuse numbers out of range, unknown flags and stray words', () => {
    expect(refusal('--port', '65536')).toContain('0 to 65535');
    expect(refusal('--port', '-1')).toContain('--port');
    expect(refusal('--port', '0x50')).toContain('0 to 65535');
    expect(refusal('--demo', '2001')).toContain('1 to 2000');
    expect(refusal('--demo', '0')).toContain('1 to 2000');
    expect(refusal('--demo=')).toContain('1 to 2000');
    expect(refusal('--demo-domains', '501')).toContain('1 to 500');
    expect(refusal('--colour')).toContain('--colour');
    expect(refusal('word')).toContain('word');
  });
});

describe('the data folder', () => {
  it("follows each platform's custom", () => {
    expect(defaultDataDir(home, 'linux')).toBe('/home/ada/.config/hum');
    expect(defaultDataDir({ ...home, XDG_CONFIG_HOME: '/data' }, 'linux')).toBe('/data/hum');
    expect(defaultDataDir(home, 'darwin')).toBe('/home/ada/Library/Application Support/hum');
    expect(defaultDataDir({ ...home, APPDATA: 'C:\\Roaming' }, 'win32')).toBe('C:\\Roaming\\hum');
  });
});
