import type { App, BrowserWindow, NativeImage, Notification, Tray } from 'electron';
import { messageOf } from '../../shared/errors.ts';
import type { DesktopAlerts } from '../channels/desktop-notices.ts';
import { startUrl } from './origin.ts';

/** Of Electron what alerts need. */
export interface DesktopParts {
  readonly app: Pick<App, 'setBadgeCount'>;
  readonly newNotification: (options: { title: string; body: string; urgency: 'normal' | 'critical' }) => Pick<Notification, 'on' | 'show'>;
  readonly newTray: (image: NativeImage) => Pick<Tray, 'setImage' | 'setToolTip' | 'on'>;
  /** BGRA, 4 bytes a pixel. */
  readonly imageOf: (bitmap: Buffer, size: { width: number; height: number }) => NativeImage;
  /** The window, brought forward; a new one where it was closed. */
  readonly bringForward: () => Pick<BrowserWindow, 'loadURL'>;
  readonly log: { warn(data: object, message: string): void };
}

/** Shown notifications are kept until they are closed: one that is collected as garbage is never clicked (Electron: "Notification"). */
const mostShown = 20;
const trayPixels = 16;
const colours = { well: [0x9c, 0x92, 0x87], warning: [0x4b, 0xb7, 0xf2], critical: [0x5f, 0x70, 0xf5] } as const;

/** Incidents on the desktop: notifications, the badge of the dock or the taskbar, and the colour of the tray. */
export function createDesktopAlerts(parts: DesktopParts): DesktopAlerts {
  const shown = new Set<Pick<Notification, 'on' | 'show'>>();
  let tray: ReturnType<DesktopParts['newTray']> | undefined;
  let trayTone: keyof typeof colours | undefined;

  function openIncident(id: string | null): void {
    // Within the page: its address differs in what follows the # alone.
    void parts.bringForward().loadURL(`${startUrl}#/incidents${id === null ? '' : `/${encodeURIComponent(id)}`}`);
  }

  function colourTray(warning: number, critical: number): void {
    const tone = critical > 0 ? 'critical' : warning > 0 ? 'warning' : 'well';
    if (tone !== trayTone) {
      const image = parts.imageOf(disc(colours[tone], trayPixels), { width: trayPixels, height: trayPixels });
      if (tray === undefined) {
        tray = parts.newTray(image);
        tray.on('click', () => openIncident(null));
      } else tray.setImage(image);
      trayTone = tone;
    }
    tray?.setToolTip(
      tone === 'well' ? 'Hum: no incident' : `Hum: ${critical} critical, ${warning} ${warning === 1 ? 'warning' : 'warnings'}`,
    );
  }

  /** A desktop without a tray, or that shows no notifications, is no reason to end. */
  function attempt(show: () => void): void {
    try {
      show();
    } catch (error) {
      parts.log.warn({ reason: messageOf(error) }, 'the desktop does not show incidents');
    }
  }

  return {
    notify({ title, body, urgent }, open) {
      attempt(() => {
        const notification = parts.newNotification({ title, body, urgency: urgent ? 'critical' : 'normal' });
        notification.on('click', open);
        notification.on('close', () => shown.delete(notification));
        shown.add(notification);
        for (const old of [...shown].slice(0, -mostShown)) shown.delete(old);
        notification.show();
      });
    },
    show({ warning, critical }) {
      attempt(() => void parts.app.setBadgeCount(warning + critical));
      attempt(() => colourTray(warning, critical));
    },
    openIncident,
  };
}

/** A filled circle, BGRA with straight alpha. */
function disc([blue, green, red]: readonly [number, number, number], pixels: number): Buffer {
  const bitmap = Buffer.alloc(pixels * pixels * 4);
  const [centre, radius] = [(pixels - 1) / 2, pixels / 2 - 1];
  for (let y = 0; y < pixels; y += 1) {
    for (let x = 0; x < pixels; x += 1) {
      if ((x - centre) ** 2 + (y - centre) ** 2 > radius ** 2) continue;
      bitmap.set([blue, green, red, 0xff], (y * pixels + x) * 4);
    }
  }
  return bitmap;
}
