import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { closeDialog } from '../app/dialogs.ts';
import { useFleet } from '../fleet/store.ts';
import { ChangedKey } from './ChangedKey.tsx';
import { unknownKeys, withoutRepeats } from './host-keys.ts';
import classes from './inventory.module.css';
import { UnknownKeys } from './UnknownKeys.tsx';

/** The keys of hosts that wait for a decision: new ones to compare and trust, changed ones explained. Follows the hosts while it is open. */
export function TrustKeysDialog({ ids }: { readonly ids: readonly string[] }): ReactNode {
  const chosen = useFleet(useShallow(({ rows }) => ids.flatMap((id) => rows.get(id) ?? [])));
  const unknown = withoutRepeats(unknownKeys(chosen));
  const changed = chosen.filter((row) => row.status.state === 'host-key-changed');
  return (
    <div className={classes.form}>
      {changed.map((row) => (
        <ChangedKey key={row.id} row={row} />
      ))}
      {unknown.length > 0 ? <UnknownKeys keys={unknown} /> : null}
      {unknown.length === 0 ? (
        <>
          {changed.length === 0 ? <p className={classes.lead}>No key waits for a decision any more.</p> : null}
          <div className={classes.footer}>
            <span className={classes.spacer} />
            <Button variant="default" onClick={closeDialog}>
              Close
            </Button>
          </div>
        </>
      ) : null}
    </div>
  );
}
