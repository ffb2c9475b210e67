import type { ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import classes from './host-keys.module.css';
import { fingerprintGroups } from './host-keys.ts';

/** A fingerprint in groups of four. The gaps are drawn, not written: copied, it is the fingerprint. */
export function Fingerprint({ fingerprint }: { readonly fingerprint: string }): ReactNode {
  const { algorithm, groups } = fingerprintGroups(visibleText(fingerprint, 128));
  let place = 0;
  return (
    <code className={`hum-mono ${classes.fingerprint}`}>
      {algorithm}
      {groups.map((group) => {
        place += group.length;
        return <span key={place}>{group}</span>;
      })}
    </code>
  );
}
