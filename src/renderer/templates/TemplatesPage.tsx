import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconFileImport, IconPlus } from '@tabler/icons-react';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import type { BrokenTemplate } from '../../shared/contract/templates.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { useKeys } from '../app/keys.ts';
import { go, newTemplatePath, templatePath } from '../app/paths.ts';
import { useTitle } from '../app/use-title.ts';
import { FilterField } from '../components/FilterField.tsx';
import { pickFile } from '../components/pick-file.ts';
import { importConfig, importTemplate, type RefusedConfig } from './actions.ts';
import { ComplaintList } from './ComplaintList.tsx';
import { LibraryTabs } from './LibraryTabs.tsx';
import { useFollowTemplates, useTemplates } from './store.ts';
import { TemplateCard } from './TemplateCard.tsx';
import { matchTemplates, originWords, templateCount } from './template-list.ts';
import classes from './templates.module.css';

/** What VMs are made from: every template as a card, and the files that should be one and are not. */
export function TemplatesPage(): ReactNode {
  useFollowTemplates();
  useTitle('Templates');
  const { loaded, templates, broken, problem } = useTemplates();
  const [filter, setFilter] = useState('');
  const [refused, setRefused] = useState<RefusedConfig | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useKeys({ '/': () => field.current?.focus() });
  const shown = useMemo(() => matchTemplates(templates, filter), [templates, filter]);
  return (
    <div className={classes.page} aria-busy={!loaded}>
      <header className={classes.head}>
        <h1 className="hum-unseen">Templates</h1>
        <LibraryTabs />
        <FilterField
          label="Filter templates"
          placeholder="Filter: a name, a tag, pvh, debian"
          filter={filter}
          onChange={setFilter}
          error={undefined}
          field={field}
          onLeave={() => list.current?.querySelector('a')?.focus()}
        />
        <span className={`hum-mono ${classes.count}`} role="status">
          {loaded ? (shown.length === templates.length ? templateCount(shown.length) : `${shown.length} of ${templates.length}`) : ''}
        </span>
        <span className={classes.spacer} />
        <NewTemplate onRefused={setRefused} />
      </header>
      {problem ? (
        <div className={classes.problem} role="alert">
          <ProblemText problem={problem} />
        </div>
      ) : null}
      {refused ? <Refused refused={refused} onClose={() => setRefused(null)} /> : null}
      {loaded || problem ? null : <Loading />}
      <ul className={classes.cards} ref={list} aria-label="Templates">
        {shown.map((template) => (
          <TemplateCard key={template.id} template={template} />
        ))}
      </ul>
      {loaded && shown.length === 0 ? <Nothing filtered={templates.length > 0} onClear={() => setFilter('')} /> : null}
      {broken.length > 0 && filter === '' ? <Broken files={broken} /> : null}
    </div>
  );
}

function NewTemplate({ onRefused }: { readonly onRefused: (refused: RefusedConfig | null) => void }): ReactNode {
  const fromTemplate = async () => {
    const file = await pickFile('.yaml,.yml,application/yaml');
    if (file) await importTemplate(file);
  };
  const fromConfig = async () => {
    const file = await pickFile('');
    if (file) onRefused(await importConfig(file));
  };
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="default"
            size="compact-sm"
            h={30}
            leftSection={<IconFileImport size={14} />}
            rightSection={<IconChevronDown size={12} />}
          >
            From a file
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => void fromTemplate()}>A template (YAML)…</Menu.Item>
          <Menu.Item onClick={() => void fromConfig()}>A configuration of xl or xm…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button variant="default" size="compact-sm" h={30} leftSection={<IconPlus size={14} />} onClick={() => go(newTemplatePath)}>
        New template
      </Button>
    </>
  );
}

function Refused({ refused, onClose }: { readonly refused: RefusedConfig; readonly onClose: () => void }): ReactNode {
  return (
    <div className={classes.problem} role="alert">
      <div className={classes.refusedHead}>
        <strong className="hum-mono">{visibleText(refused.fileName, 120)}</strong>
        <Button variant="default" size="compact-sm" h={28} onClick={onClose}>
          Close
        </Button>
      </div>
      <ProblemText problem={refused.problem} />
      <ComplaintList complaints={refused.complaints} />
    </div>
  );
}

/** Calm: whoever keeps a folder in git has such files, and they hurt nobody. */
function Broken({ files }: { readonly files: readonly BrokenTemplate[] }): ReactNode {
  return (
    <section className={classes.broken} aria-labelledby="broken-templates">
      <h2 id="broken-templates">Files that are no templates yet</h2>
      <p className={classes.quiet}>They are left as they are. As soon as one is right it stands above.</p>
      <ul>
        {files.map(({ id, path, origin, complaints }) => (
          <li key={id}>
            <div className={classes.brokenHead}>
              <span className="hum-mono">{visibleText(path === '' ? id : path, 300)}</span>
              <span className={classes.quiet}>{originWords[origin]}</span>
              {origin === 'own' ? (
                <Button
                  variant="default"
                  size="compact-sm"
                  h={28}
                  component="a"
                  href={`#${templatePath(id)}`}
                  aria-label={`Mend ${visibleText(id, 120)}`}
                >
                  Mend it
                </Button>
              ) : null}
            </div>
            <ComplaintList complaints={complaints.slice(0, 5)} />
            {complaints.length > 5 ? <p className={classes.quiet}>and {complaints.length - 5} more</p> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Nothing({ filtered, onClear }: { readonly filtered: boolean; readonly onClear: () => void }): ReactNode {
  return (
    <div className={classes.nothing}>
      <h2>{filtered ? 'No template answers this filter.' : 'There is no template yet.'}</h2>
      <p>
        {filtered
          ? 'It looks in the name, the description, the tags, the type and the file.'
          : 'Write one, take one from a configuration file, or open a VM and choose “Make a template from this VM”.'}
      </p>
      {filtered ? (
        <Button variant="default" onClick={onClear}>
          Clear the filter
        </Button>
      ) : (
        <Button onClick={() => go(newTemplatePath)}>New template</Button>
      )}
    </div>
  );
}

const places = [0, 1, 2, 3, 4, 5];

/** Cards where the cards will be, so that nothing moves when they come. */
function Loading(): ReactNode {
  return (
    <div className={classes.cards}>
      <p className="hum-unseen" role="status">
        Loading the templates
      </p>
      {places.map((place) => (
        <div key={place} className={classes.card} data-empty style={{ opacity: 1 - place / places.length }} />
      ))}
    </div>
  );
}
