import { Button, Modal } from '@mantine/core';
import { type ReactNode, useRef } from 'react';
import type { GoldenImage } from '../../shared/contract/images.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { sizeWords, someOf } from './image-words.ts';
import classes from './images.module.css';

interface RemoveImageProps {
  /** Null while the dialog is closed. */
  readonly image: GoldenImage | null;
  readonly hostName: string;
  /** Where else it goes. */
  readonly sharedWith: readonly string[];
  readonly onClose: () => void;
  readonly onRemove: (image: GoldenImage) => void;
}

/** Asks before an image is removed: nothing brings it back. */
export function RemoveImage({ image, hostName, sharedWith, onClose, onRemove }: RemoveImageProps): ReactNode {
  const last = useRef<GoldenImage | null>(null);
  // While it fades out the dialog still shows what it was about.
  if (image) last.current = image;
  const shown = last.current;
  return (
    <Modal opened={image !== null} onClose={onClose} title={shown ? `Remove ${visibleText(shown.name, 80)}` : ''} size={520}>
      {shown ? (
        <div className={classes.removing}>
          <p>
            {sizeWords(shown)}, on <span className="hum-mono">{visibleText(hostName, 80)}</span>
            {sharedWith.length === 0 ? '' : `, which shares the folder with ${someOf(sharedWith, 8, 60)}: it goes from all of them`}.
            Nothing brings it back.
          </p>
          {shown.usedBy.length > 0 ? (
            <p className={classes.inUse}>It is used by {someOf(shown.usedBy, 8, 60)}. A template can no longer be deployed without it.</p>
          ) : null}
          <div className={classes.removingFoot}>
            <Button variant="default" onClick={onClose} data-autofocus>
              Cancel
            </Button>
            <Button color="red" onClick={() => onRemove(shown)}>
              Remove the image
            </Button>
          </div>
        </div>
      ) : null}
    </Modal>
  );
}
