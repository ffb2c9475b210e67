import { type ContextMenuParams, Menu, type MenuItemConstructorOptions, type WebContents } from 'electron';
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

/**
 * What the other button of the mouse offers on a text: Electron has nothing there by itself. On a terminal too, whose text field xterm.js puts
 * under the pointer with what is selected in it. Empty where nothing can be done.
 */
export function editTemplate({ isEditable, editFlags }: Pick<ContextMenuParams, 'isEditable' | 'editFlags'>): MenuItemConstructorOptions[] {
  const { canCut, canCopy, canPaste, canSelectAll } = editFlags;
  if (!isEditable) return canCopy ? [{ role: 'copy' }] : [];
  return [
    { role: 'cut', enabled: canCut },
    { role: 'copy', enabled: canCopy },
    { role: 'paste', enabled: canPaste },
    { type: 'separator' },
    { role: 'selectAll', enabled: canSelectAll },
  ];
}

/** Opens that menu wherever the page is clicked so. */
export function offerEditing(contents: WebContents): void {
  contents.on('context-menu', (_event, params) => {
    const template = editTemplate(params);
    if (template.length > 0) Menu.buildFromTemplate(template).popup();
  });
}

/** Makes it the menu of the application; to be called again when another theme is set. */
export function showMenu(chosen: Theme, choose: (theme: Theme) => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(chosen, choose, process.platform)));
}
