import fc from 'fast-check';
import { expect, it } from 'vitest';
import { activePane } from '../../src/renderer/terminals/dock.ts';
import { ownDock, ownWindowHash, readOwnWindow } from '../../src/renderer/terminals/own-window-address.ts';

it('the address of a window with terminals alone says which shell, whatever the directory is called', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.boolean(), (name, keeps) => {
      const wanted = { host: 'h-1', directory: `/${name.toWellFormed()}`, kept: keeps ? 'hum-0123456789ab' : null };
      expect(readOwnWindow(ownWindowHash(wanted))).toEqual(wanted);
    }),
  );
});

it('what is no such address is none, and what does not hold in one is left out', () => {
  for (const hash of ['', '#/', '#/window', '#/window?', '#/window?host=', '#/window?host=a%20b', '#/hosts/h1/shell']) {
    expect(readOwnWindow(hash)).toBeNull();
  }
  const bad = `#/window?host=h1&directory=relative&kept=${encodeURIComponent('hum-0; reboot')}`;
  expect(readOwnWindow(bad)).toEqual({ host: 'h1', directory: null, kept: null });
  expect(readOwnWindow(`#/window?host=h1&directory=/${'x'.repeat(5000)}`)?.directory).toBeNull();
});

it('the window begins with that one shell over all of it', () => {
  const dock = ownDock({ host: 'h1', directory: '/srv', kept: 'hum-0123456789ab' });
  expect(dock).toMatchObject({ shown: true, full: true, alone: true });
  expect(activePane(dock)).toMatchObject({ host: 'h1', directory: '/srv', kept: 'hum-0123456789ab', asleep: false });
});
