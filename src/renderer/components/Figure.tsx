import type { ReactNode } from 'react';
import classes from './Figure.module.css';

/** A figure with its unit set back: give it the text of a formatter of shared/units.ts (`15.6 GiB`, `42 %`, `2 h 5 min`). */
export function Figure({ text }: { readonly text: string }): ReactNode {
  return (
    <span className={`hum-mono ${classes.figure}`}>
      {text.split(/(\s?[^\d\s.,<−-]+)/).map((part, index) =>
        index % 2 === 0 ? (
          part
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no other name
          <span key={index} className={classes.unit}>
            {part}
          </span>
        ),
      )}
    </span>
  );
}

/** Stands where a host has no such figure. */
export function NoFigure({ why }: { readonly why: string }): ReactNode {
  return (
    <span className={classes.none}>
      <span aria-hidden="true">–</span>
      <span className="hum-unseen">{why}</span>
    </span>
  );
}
