import { type ReactNode, type RefObject, useRef } from 'react';
import classes from './TextArea.module.css';

interface TextAreaProps {
  readonly label: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** Marks the numbers of the lines that they are about; lines count from 1. */
  readonly complaints: readonly { readonly line: number; readonly severity: 'error' | 'warning' }[] | null;
  readonly area: RefObject<HTMLTextAreaElement | null>;
  /** Takes all the height of its place, instead of as much as the text needs. */
  readonly fill?: boolean;
}

/** A text to be edited, with the numbers of its lines. */
export function TextArea({ label, text, onChange, complaints, area, fill = false }: TextAreaProps): ReactNode {
  const gutter = useRef<HTMLDivElement>(null);
  const lines = text.split('\n');
  return (
    <div className={classes.writing} data-fill={fill || undefined}>
      <div ref={gutter} className={classes.gutter} aria-hidden="true">
        {lines.map((_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other name than its number
          <div key={index} data-severity={complaints?.find((each) => each.line === index + 1)?.severity}>
            {index + 1}
          </div>
        ))}
      </div>
      <textarea
        ref={area}
        className={classes.area}
        aria-label={label}
        value={text}
        maxLength={262_144}
        spellCheck={false}
        autoComplete="off"
        wrap="off"
        rows={fill ? undefined : Math.min(28, Math.max(10, lines.length + 1))}
        onChange={(event) => onChange(event.currentTarget.value)}
        onScroll={(event) => {
          if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
        }}
      />
    </div>
  );
}
