import { Button, SegmentedControl } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Settings } from '../../shared/contract/settings.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { useApplication } from '../app/application.ts';
import { openDialog } from '../app/dialogs.ts';
import { changeSettings, useSettings } from '../app/settings.ts';
import { exportInventory } from '../inventory/actions.ts';
import { DemoSetting } from './DemoSetting.tsx';
import { HistorySetting } from './HistorySetting.tsx';
import { ImageFoldersSetting } from './ImageFoldersSetting.tsx';
import classes from './settings.module.css';
import { TemplateFoldersSetting } from './TemplateFoldersSetting.tsx';
import { TerminalSettings } from './TerminalSettings.tsx';

const themes: readonly { readonly value: Settings['theme']; readonly label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'dark', label: 'Dark' },
  { value: 'light', label: 'Light' },
];

/** What a person may set, and what Hum says of itself. */
export function SettingsPage(): ReactNode {
  const theme = useSettings((state) => state.settings?.theme);
  return (
    <div className={classes.page}>
      <h1>Settings</h1>
      <section className={classes.row}>
        <div>
          <h2 id="setting-theme">Theme</h2>
          <p>“System” follows this machine, also when it changes in the evening.</p>
        </div>
        <SegmentedControl
          aria-labelledby="setting-theme"
          data={[...themes]}
          value={theme ?? 'system'}
          disabled={theme === undefined}
          onChange={(value) => {
            const chosen = themes.find((one) => one.value === value);
            if (chosen) void changeSettings({ theme: chosen.value });
          }}
        />
      </section>
      <section className={classes.row}>
        <div>
          <h2>Inventory</h2>
          <p>
            The hosts with their groups and tags as a JSON file, to keep or to take to another machine. Keys and passwords are not in it.
          </p>
        </div>
        <div className={classes.buttons}>
          <Button variant="default" onClick={() => void exportInventory()}>
            Export
          </Button>
          <Button variant="default" onClick={() => openDialog({ kind: 'import-file' })}>
            Import…
          </Button>
          <Button variant="default" onClick={() => openDialog({ kind: 'import-ssh-config' })}>
            From SSH configuration…
          </Button>
        </div>
      </section>
      <TemplateFoldersSetting />
      <ImageFoldersSetting />
      <HistorySetting />
      <TerminalSettings />
      <DemoSetting />
      <About />
    </div>
  );
}

function About(): ReactNode {
  const info = useApplication((state) => state.info);
  const lines: readonly (readonly [label: string, value: string | undefined])[] = [
    ['Version', info?.version],
    ['Shell', info ? { desktop: 'Desktop window', web: 'Browser' }[info.shell] : undefined],
    ['Platform', info?.platform],
    ['Data folder', info?.dataDir],
  ];
  return (
    <section className={classes.about}>
      <h2>About this Hum</h2>
      <dl>
        {lines.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className="hum-mono">{value ? visibleText(value, 1000) : '–'}</dd>
          </div>
        ))}
      </dl>
      {info && info.notices.length > 0 ? (
        <>
          <h3>What was worked around when Hum started</h3>
          {info.notices.map((notice) => (
            <div key={`${notice.code} ${notice.message}`} className={classes.notice}>
              <ProblemText problem={notice} />
            </div>
          ))}
        </>
      ) : null}
    </section>
  );
}
