import { TagsInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { folderPattern } from '../../shared/contract/settings.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { changeSettings, useSettings } from '../app/settings.ts';
import classes from './settings.module.css';

/** Which folders are read for templates beside the user's own. */
export function TemplateFoldersSetting(): ReactNode {
  const folders = useSettings((state) => state.settings?.templateFolders);
  const [wrong, setWrong] = useState<string | null>(null);
  if (folders === undefined) return null;
  const take = (typed: readonly string[]) => {
    const next = typed.map((path) => path.trim()).filter((path) => path !== '');
    const unfit = next.find((path) => !folderPattern.test(path)) ?? null;
    setWrong(unfit);
    if (unfit === null) void changeSettings({ templateFolders: next });
  };
  return (
    <section className={classes.row}>
      <div>
        <h2 id="setting-template-folders">Folders of templates</h2>
        <p>Read beside your own, and never written to: the clone of a team’s git repository, say. What a pull brings shows at once.</p>
      </div>
      <TagsInput
        className={classes.folders ?? ''}
        aria-labelledby="setting-template-folders"
        placeholder={folders.length === 0 ? '~/templates' : ''}
        value={[...folders]}
        maxTags={16}
        maxLength={4096}
        splitChars={[]}
        error={wrong === null ? null : `${visibleText(wrong, 80)} is no whole path: it begins with / or ~/.`}
        onChange={take}
      />
    </section>
  );
}
