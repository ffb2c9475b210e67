import { TagsInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { hostFolderPattern, mostImageFolders } from '../../shared/contract/settings.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { changeSettings, useSettings } from '../app/settings.ts';
import classes from './settings.module.css';

/** In which folders of the hosts golden images lie. */
export function ImageFoldersSetting(): ReactNode {
  const folders = useSettings((state) => state.settings?.imageFolders);
  const [wrong, setWrong] = useState<string | null>(null);
  if (folders === undefined) return null;
  const take = (typed: readonly string[]) => {
    const next = [...new Set(typed.map(inOneSpelling).filter((path) => path !== ''))];
    const unfit = next.find((path) => !hostFolderPattern.test(path));
    if (unfit !== undefined) setWrong(`${visibleText(unfit, 80)} is no whole path on a host: it begins with / and never goes up.`);
    else if (next.length === 0) setWrong('One folder has to stay.');
    else {
      setWrong(null);
      void changeSettings({ imageFolders: next });
    }
  };
  return (
    <section className={classes.row}>
      <div>
        <h2 id="setting-image-folders">Folders of golden images</h2>
        <p>
          On every Xen host, up to {mostImageFolders}. A host does not need to have each of them; one that several hosts have mounted from
          the same server is listed once.
        </p>
      </div>
      <TagsInput
        className={classes.folders ?? ''}
        aria-labelledby="setting-image-folders"
        value={[...folders]}
        maxTags={mostImageFolders}
        maxLength={1000}
        splitChars={[]}
        error={wrong}
        onChange={take}
      />
    </section>
  );
}

/** "/srv//images/" is "/srv/images". */
function inOneSpelling(path: string): string {
  const trimmed = path.trim().replaceAll(/\/+/g, '/');
  return trimmed.length > 1 ? trimmed.replace(/\/$/, '') : trimmed;
}
