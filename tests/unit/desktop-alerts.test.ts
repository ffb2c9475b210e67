import { EventEmitter } from 'node:events';
import type { NativeImage } from 'electron';
import { expect, it, vi } from 'vitest';
import { createDesktopAlerts } from '../../src/main/desktop/alerts.ts';

function parts() {
  const notifications: (EventEmitter & { options: object; show: () => void })[] = [];
  const trays: (EventEmitter & {
    images: NativeImage[];
    tips: string[];
    setImage: (image: NativeImage) => void;
    setToolTip: (tip: string) => void;
  })[] = [];
  const setBadgeCount = vi.fn(() => true);
  const loadURL = vi.fn(async () => undefined);
  const warn = vi.fn();
  const alerts = createDesktopAlerts({
    app: { setBadgeCount },
    newNotification: (options) => {
      const notification = Object.assign(new EventEmitter(), { options, show: vi.fn() });
      notifications.push(notification);
      return notification as never;
    },
    newTray: (image) => {
      const tray = Object.assign(new EventEmitter(), {
        images: [image],
        tips: [] as string[],
        setImage: (next: NativeImage) => void tray.images.push(next),
        setToolTip: (tip: string) => void tray.tips.push(tip),
      });
      trays.push(tray);
      return tray as never;
    },
    // The colour in the middle of the picture stands for it.
    imageOf: (bitmap, { width }) =>
      bitmap
        .subarray((width / 2) * width * 4 + (width / 2) * 4)
        .subarray(0, 4)
        .toString('hex') as unknown as NativeImage,
    bringForward: () => ({ loadURL }),
    log: { warn },
  });
  return { alerts, notifications, trays, setBadgeCount, loadURL, warn };
}

it('a notification is shown, as urgent as it is, and a click goes to its incident within the page', () => {
  const { alerts, notifications, loadURL } = parts();
  alerts.notify({ title: 'CRITICAL web01', body: 'full', urgent: true }, () => alerts.openIncident('a/b'));
  expect(notifications[0]?.options).toEqual({ title: 'CRITICAL web01', body: 'full', urgency: 'critical' });
  expect(notifications[0]?.show).toHaveBeenCalledOnce();
  notifications[0]?.emit('click');
  expect(loadURL).toHaveBeenCalledExactlyOnceWith('hum://console/#/incidents/a%2Fb');
});

it('badge and tray follow the incidents, the tray in a colour and in words', () => {
  const { alerts, trays, setBadgeCount, loadURL } = parts();
  alerts.show({ warning: 0, critical: 0 });
  alerts.show({ warning: 2, critical: 0 });
  alerts.show({ warning: 1, critical: 0 });
  alerts.show({ warning: 1, critical: 3 });
  expect(setBadgeCount.mock.calls).toEqual([[0], [2], [1], [4]]);
  expect(trays).toHaveLength(1);
  expect(trays[0]?.images).toEqual(['9c9287ff', '4bb7f2ff', '5f70f5ff']);
  expect(trays[0]?.tips).toEqual([
    'Hum: no incident',
    'Hum: 0 critical, 2 warnings',
    'Hum: 0 critical, 1 warning',
    'Hum: 3 critical, 1 warning',
  ]);
  trays[0]?.emit('click');
  expect(loadURL).toHaveBeenCalledExactlyOnceWith('hum://console/#/incidents');
});

it('a desktop that cannot show it is told to the log, and is no reason to end', () => {
  const { alerts, setBadgeCount, trays, warn } = parts();
  setBadgeCount.mockImplementation(() => {
    throw new Error('no badge here');
  });
  alerts.show({ warning: 0, critical: 1 });
  expect(warn).toHaveBeenCalledExactlyOnceWith({ reason: 'no badge here' }, expect.any(String));
  expect(trays).toHaveLength(1);
});
