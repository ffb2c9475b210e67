import { Menu, type MenuItemConstructorOptions } from 'electron';
import type { Settings } from '../../shared/contract/settings.ts';

type Theme = Settings['theme'];

const themes: readonly { readonly theme: Theme; readonly label: string }[] = [
  { theme: 'system', label: 'Theme: Same as System' },
  { theme: 'dark', label: 'Theme: Dark' },
  { theme: 'light', label: 'Theme: Light' },
];

/** The menu of the platform's custom, with the theme. There is no Reload: it would only lose what is being typed. */
export function menuTemplate(chosen: Theme, choose: (theme: Theme) => void, platform: NodeJS.Platform): MenuItemConstructorOptions[] {
  return [
    ...(platform === 'darwin' ? [{ role: 'appMenu' } as const] : [{ role: 'fileMenu' } as const]),
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        ...themes.map(
          ({ theme, label }): MenuItemConstructorOptions => ({
            type: 'radio',
            label,
            checked: theme === chosen,
            click: () => choose(theme),
          }),
        ),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    },
    { role: 'windowMenu' },
  ];
}

/** Makes it the menu of the application; to be called again when another theme is set. */
export function showMenu(chosen: Theme, choose: (theme: Theme) => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(chosen, choose, process.platform)));
}
