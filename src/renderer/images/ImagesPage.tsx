import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { ProblemText } from '../app/act.tsx';
import { useKeys } from '../app/keys.ts';
import { useSettings } from '../app/settings.ts';
import { useTitle } from '../app/use-title.ts';
import { compareNames } from '../components/compare-names.ts';
import { FilterField } from '../components/FilterField.tsx';
import { useHostName } from '../deploy/host-name.ts';
import { LibraryTabs } from '../templates/LibraryTabs.tsx';
import library from '../templates/templates.module.css';
import { useFollowXen, useXen } from '../xen/store.ts';
import { Folder } from './Folder.tsx';
import { imageCount } from './image-words.ts';
import classes from './images.module.css';
import { librariesOf, matching } from './libraries.ts';
import { useFollowTransfers, useTransfers } from './store.ts';
import { Transfers } from './Transfers.tsx';
import { useFolders } from './use-folders.ts';

/** The golden images of every Xen host, and what is moved between here and them. */
export function ImagesPage(): ReactNode {
  useFollowXen();
  useFollowTransfers();
  useTitle('Golden images');
  const nameOf = useHostName();
  const xenHosts = useXen((state) => state.hosts);
  const xenLoaded = useXen((state) => state.loaded);
  const hosts = useMemo(
    () =>
      [...xenHosts.values()]
        .filter(({ toolstack }) => toolstack !== 'xe')
        .map(({ host }) => ({ id: host, name: nameOf(host) }))
        .sort((left, right) => compareNames(left.name, right.name)),
    [xenHosts, nameOf],
  );
  const { folders, problem, asking, ask } = useFolders(hosts.map(({ id }) => id));
  const streamProblem = useTransfers((state) => state.problem);
  const trouble = problem ?? streamProblem;
  const [filter, setFilter] = useState('');
  const field = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => field.current?.focus() });
  const word = filter.trim().toLowerCase();
  const several = useSettings((state) => (state.settings?.imageFolders.length ?? 1) > 1);
  const libraries = useMemo(() => librariesOf(folders ?? [], nameOf), [folders, nameOf]);
  const shown = libraries.flatMap((whole) => {
    const library = word === '' ? whole : matching(whole, word);
    return library === null ? [] : [{ library, others: libraries.filter((other) => other !== whole) }];
  });
  const count = shown.reduce((sum, { library: { folder } }) => sum + folder.images.length, 0);
  const none = xenLoaded && hosts.length === 0;
  return (
    <div className={library.page} aria-busy={folders === null && problem === null && !none}>
      <header className={library.head}>
        <h1 className="hum-unseen">Golden images</h1>
        <LibraryTabs />
        <FilterField
          label="Filter images"
          placeholder="Filter: an image or a host"
          filter={filter}
          onChange={setFilter}
          error={undefined}
          field={field}
          onLeave={() => field.current?.blur()}
        />
        <span className={`hum-mono ${library.count}`} role="status">
          {folders === null ? '' : imageCount(count)}
        </span>
        <span className={library.spacer} />
        <Button variant="default" size="compact-sm" h={30} leftSection={<IconRefresh size={14} />} onClick={ask} aria-busy={asking}>
          Read again
        </Button>
      </header>
      <Transfers />
      {trouble ? (
        <div className={library.problem} role="alert">
          <ProblemText problem={trouble} />
        </div>
      ) : null}
      {none ? (
        <div className={library.nothing}>
          <h2>No Xen host is known yet</h2>
          <p>Golden images lie on the hosts that VMs are deployed on. They are listed here as soon as one of them has answered.</p>
        </div>
      ) : folders === null && !problem ? (
        <p className={classes.quiet} role="status">
          Asking {hosts.length === 0 ? 'the hosts' : hosts.length === 1 ? 'the host' : `${hosts.length} hosts`} for their images…
        </p>
      ) : null}
      {shown.map(({ library, others }) => (
        <Folder key={`${library.folder.host} ${library.folder.path}`} library={library} others={others} several={several} onChanged={ask} />
      ))}
      {folders !== null && shown.length === 0 && word !== '' ? (
        <div className={library.nothing}>
          <h2>No image and no host answers this filter.</h2>
          <Button variant="default" onClick={() => setFilter('')}>
            Clear the filter
          </Button>
        </div>
      ) : null}
    </div>
  );
}
