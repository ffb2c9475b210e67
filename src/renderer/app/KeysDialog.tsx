import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { closeDialog, useDialog } from './dialogs.ts';
import classes from './KeysDialog.module.css';
import { keyList } from './key-list.ts';

/** All keys at a glance. */
export function KeysDialog(): ReactNode {
  const opened = useDialog((state) => state.dialog?.kind === 'keys');
  return (
    <Modal opened={opened} onClose={closeDialog} title="Keys" size={640}>
      <div className={classes.columns}>
        {keyList.map(({ title, keys }) => (
          <section key={title} className={classes.section}>
            <h3 className={classes.title}>{title}</h3>
            <dl className={classes.list}>
              {keys.map(([key, does]) => (
                <div key={key} className={classes.line}>
                  <dt>
                    {key.split(' ').map((part) => (
                      <kbd key={part} className="hum-key">
                        {part}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
