import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconCopy, IconDots, IconDownload, IconFileText, IconPencil, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { TemplateSummary } from '../../shared/contract/templates.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { deployPath, go, templatePath } from '../app/paths.ts';
import { duplicateTemplate, exportTemplate, removeTemplate } from './actions.ts';
import { TemplateIcon } from './TemplateIcon.tsx';
import { originWords } from './template-list.ts';
import classes from './templates.module.css';

/** One template: what it builds, and one click to deploy it. */
export function TemplateCard({ template }: { readonly template: TemplateSummary }): ReactNode {
  const { id, name, description, icon, type, tags, origin, outline } = template;
  const shown = visibleText(name, 80);
  return (
    <li className={classes.card}>
      <div className={classes.cardHead}>
        <span className={classes.icon}>
          <TemplateIcon name={icon} />
        </span>
        <div className={classes.cardTitle}>
          <h2>{shown}</h2>
          <span className={classes.quiet}>{originWords[origin]}</span>
        </div>
        <CardMenu template={template} />
      </div>
      <p className={classes.description}>{visibleText(description, 300)}</p>
      <p className={`hum-mono ${classes.outline}`}>{visibleText(outline, 200)}</p>
      <div className={classes.cardFoot}>
        <ul className={classes.tags} aria-label="Type and tags">
          <li className="hum-mono">{type}</li>
          {tags.slice(0, 5).map((tag) => (
            <li key={tag}>{visibleText(tag, 40)}</li>
          ))}
          {tags.length > 5 ? <li>and {tags.length - 5} more</li> : null}
        </ul>
        <Button
          component="a"
          href={`#${deployPath(id, null)}`}
          size="compact-sm"
          h={28}
          aria-label={`Deploy ${shown}`}
          className={classes.deploy ?? ''}
        >
          Deploy
        </Button>
      </div>
    </li>
  );
}

function CardMenu({ template }: { readonly template: TemplateSummary }): ReactNode {
  const own = template.origin === 'own';
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={28} aria-label={`More for ${visibleText(template.name, 80)}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={own ? <IconPencil size={16} /> : <IconFileText size={16} />} onClick={() => go(templatePath(template.id))}>
          {own ? 'Edit' : 'Look at it'}
        </Menu.Item>
        <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => void duplicateTemplate(template)}>
          Duplicate
        </Menu.Item>
        <Menu.Item leftSection={<IconDownload size={16} />} onClick={() => void exportTemplate(template)}>
          Export as a file
        </Menu.Item>
        {own ? (
          <Menu.Item leftSection={<IconTrash size={16} />} onClick={() => void removeTemplate(template)}>
            Remove
          </Menu.Item>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}
