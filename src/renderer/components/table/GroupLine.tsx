// biome-ignore-all lint/a11y/useSemanticElements: a table's elements cannot be laid out line by line; the ARIA grid pattern is used instead
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active line (aria-activedescendant)
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { memo, type ReactNode } from 'react';
import type { Item } from './items.ts';
import classes from './table.module.css';

interface GroupLineProps {
  readonly item: Item & { readonly kind: 'group' };
  readonly rowIndex: number;
  readonly top: number;
  readonly span: number;
  readonly folded: boolean;
  readonly onFold: (key: string) => void;
  readonly Heading: (props: { readonly name: string | null; readonly ids: readonly string[] }) => ReactNode;
}

/** The heading of a group. Folds its lines away. */
export const GroupLine = memo(function GroupLine({ item, rowIndex, top, span, folded, onFold, Heading }: GroupLineProps): ReactNode {
  const Chevron = folded ? IconChevronRight : IconChevronDown;
  return (
    <div role="row" className={classes.group} style={{ top }} aria-rowindex={rowIndex}>
      <span role="gridcell" aria-colspan={span}>
        <button type="button" className={classes.fold} aria-expanded={!folded} onClick={() => onFold(item.key)}>
          <Chevron size={14} aria-hidden="true" />
          <Heading name={item.name} ids={item.ids} />
        </button>
      </span>
    </div>
  );
});
