import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconRosetteDiscountCheck, IconServer2, IconShare, IconTrash, IconUpload } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { type GoldenImage, imageNamePattern } from '../../shared/contract/images.ts';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { clockDate } from '../components/clock-time.ts';
import { Figure } from '../components/Figure.tsx';
import { pickFile } from '../components/pick-file.ts';
import { copyImage, removeImage, uploadImage, verifyImage } from './actions.ts';
import { imageCount, someOf } from './image-words.ts';
import classes from './images.module.css';
import { type Library, sharedWords } from './libraries.ts';
import { RemoveImage } from './RemoveImage.tsx';

interface FolderProps {
  readonly library: Library;
  /** What an image of it can be copied to. */
  readonly others: readonly Library[];
  /** Whether hosts have several folders of images, so that one is told by its path. */
  readonly several: boolean;
  readonly onChanged: () => void;
}

/** A folder of images on one host, or on several that share it. */
export function Folder({ library, others, several, onChanged }: FolderProps): ReactNode {
  const { folder, name: hostName, sharedWith, silentToo } = library;
  const { path, there, share, freeBytes, images, usersUnknown, problem } = folder;
  const [removing, setRemoving] = useState<GoldenImage | null>(null);
  const shown = `${visibleText(hostName, 80)}${several ? ` in ${visibleText(path, 200)}` : ''}`;
  const shared = sharedWords(library);
  const upload = async () => {
    const file = await pickFile('');
    if (file) await uploadImage(folder, file);
  };
  return (
    <section className={classes.folder} aria-label={`Images on ${shown}`}>
      <div className={classes.folderHead}>
        <h2 className="hum-mono">{visibleText(hostName, 80)}</h2>
        <span className={classes.quiet}>
          <span className="hum-mono">{[path, ...silentToo].map((each) => visibleText(each, 200)).join(', ')}</span>
          {shared === null ? null : (
            <span title={`${share === null ? '' : `${share.kind}, ${visibleText(share.place, 300)}, `}${someOf(sharedWith, 50, 60)}`}>
              {' · '}
              <IconShare className={classes.shareMark ?? ''} size={12} aria-hidden="true" />{' '}
              <span className={classes.shared}>{shared}</span>
            </span>
          )}
          {problem ? null : there || !several ? ` · ${imageCount(images.length)}` : ' · not there yet: an upload or a copy makes it'}
          {freeBytes === null ? '' : ` · ${formatBytes(freeBytes)} free`}
        </span>
        <span className={classes.spacer} />
        <Button
          variant="default"
          size="compact-sm"
          h={28}
          leftSection={<IconUpload size={14} />}
          onClick={() => void upload()}
          aria-label={`Upload an image to ${shown}`}
        >
          Upload…
        </Button>
      </div>
      {usersUnknown !== undefined && images.length > 0 ? (
        <p className={classes.quiet}>Which VMs use these images is not fully known, and none can be removed: {usersUnknown.message}</p>
      ) : null}
      {problem ? (
        <div className={classes.problem}>
          <ProblemText problem={problem} />
        </div>
      ) : images.length === 0 ? (
        // Of several folders most hosts may lack one: that takes no more than a line.
        there || !several ? (
          <p className={classes.quiet}>No image yet. Upload one from this computer, or copy one from another host.</p>
        ) : null
      ) : (
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Image</th>
              <th scope="col">Format</th>
              <th scope="col" className={classes.figure}>
                Size
              </th>
              <th scope="col" className={classes.figure}>
                On the disk
              </th>
              <th scope="col">SHA-256</th>
              <th scope="col">Used by</th>
              <th scope="col">Changed</th>
              <th scope="col">
                <span className="hum-unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {images.map((image) => (
              <Line key={image.name} image={image} others={others} several={several} onRemove={() => setRemoving(image)} />
            ))}
          </tbody>
        </table>
      )}
      <RemoveImage
        image={removing}
        hostName={hostName}
        sharedWith={sharedWith}
        onClose={() => setRemoving(null)}
        onRemove={async (image) => {
          setRemoving(null);
          if (await removeImage(image, hostName)) onChanged();
        }}
      />
    </section>
  );
}

interface LineProps {
  readonly image: GoldenImage;
  readonly others: FolderProps['others'];
  readonly several: boolean;
  readonly onRemove: () => void;
}

function Line({ image, others, several, onRemove }: LineProps): ReactNode {
  const { name, format, bytes, allocated, checksum, usedBy, modifiedAt } = image;
  const shown = visibleText(name, 120);
  return (
    <tr>
      <th scope="row" className="hum-mono">
        {shown}
      </th>
      <td>{format}</td>
      <td className={classes.figure}>
        <Figure text={formatBytes(bytes)} />
      </td>
      <td className={classes.figure}>
        <Figure text={formatBytes(allocated)} />
      </td>
      <td>
        {checksum === null ? (
          <span className={classes.quiet}>not noted</span>
        ) : (
          <span className="hum-mono" title={checksum}>
            {visibleText(checksum.slice(0, 12), 12)}
          </span>
        )}
      </td>
      <td title={usedBy.map((user) => visibleText(user, 80)).join(', ')}>
        {usedBy.length === 0 ? <span className={classes.quiet}>nothing</span> : someOf(usedBy, 2, 40)}
      </td>
      <td className={classes.quiet}>{clockDate(modifiedAt)}</td>
      <td>
        {imageNamePattern.test(name) ? (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" size={28} aria-label={`Actions for ${shown}`}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown className={classes.menu ?? ''}>
              <Menu.Item leftSection={<IconRosetteDiscountCheck size={16} />} onClick={() => void verifyImage(image)}>
                {checksum === null ? 'Note its checksum' : 'Verify'}
              </Menu.Item>
              <Menu.Item leftSection={<IconTrash size={16} />} onClick={onRemove}>
                Remove…
              </Menu.Item>
              {others.length > 0 ? <Menu.Label>Copy to</Menu.Label> : null}
              {others.map(({ folder, name: hostName }) => (
                <Menu.Item
                  key={`${folder.host} ${folder.path}`}
                  leftSection={<IconServer2 size={16} />}
                  onClick={() => void copyImage(image, folder)}
                >
                  <span className="hum-mono">{visibleText(hostName, 60)}</span>{' '}
                  {several ? <span className={`hum-mono ${classes.place}`}>{visibleText(folder.path, 200)}</span> : null}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        ) : (
          <span className={classes.quiet} title="Hum acts on images whose name has letters, digits and . _ + - only">
            by hand
          </span>
        )}
      </td>
    </tr>
  );
}
