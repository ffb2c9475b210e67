import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconRosetteDiscountCheck, IconServer2, IconTrash, IconUpload } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { type GoldenImage, type ImageFolder, imageNamePattern } from '../../shared/contract/images.ts';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { clockDate } from '../components/clock-time.ts';
import { Figure } from '../components/Figure.tsx';
import { pickFile } from '../components/pick-file.ts';
import { copyImage, removeImage, uploadImage, verifyImage } from './actions.ts';
import { imageCount } from './image-words.ts';
import classes from './images.module.css';
import { RemoveImage } from './RemoveImage.tsx';

interface FolderProps {
  readonly folder: ImageFolder;
  readonly hostName: string;
  /** The hosts that an image can be copied to. */
  readonly others: readonly { readonly id: string; readonly name: string }[];
  readonly onChanged: () => void;
}

/** The image folder of one host. */
export function Folder({ folder, hostName, others, onChanged }: FolderProps): ReactNode {
  const { host, path, freeBytes, images, problem } = folder;
  const [removing, setRemoving] = useState<GoldenImage | null>(null);
  const shown = visibleText(hostName, 80);
  const upload = async () => {
    const file = await pickFile('');
    if (file) await uploadImage(host, file, new Set(images.map(({ name }) => name)));
  };
  return (
    <section className={classes.folder} aria-label={`Images on ${shown}`}>
      <div className={classes.folderHead}>
        <h2 className="hum-mono">{shown}</h2>
        <span className={classes.quiet}>
          <span className="hum-mono">{visibleText(path, 200)}</span>
          {problem ? null : ` · ${imageCount(images.length)}`}
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
      {problem ? (
        <div className={classes.problem}>
          <ProblemText problem={problem} />
        </div>
      ) : images.length === 0 ? (
        <p className={classes.quiet}>No image yet. Upload one from this computer, or copy one from another host.</p>
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
              <Line key={image.name} image={image} others={others} onRemove={() => setRemoving(image)} />
            ))}
          </tbody>
        </table>
      )}
      <RemoveImage
        image={removing}
        hostName={hostName}
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
  readonly onRemove: () => void;
}

function Line({ image, others, onRemove }: LineProps): ReactNode {
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
        {usedBy.length === 0 ? <span className={classes.quiet}>nothing</span> : usersOf(usedBy)}
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
              {others.map((other) => (
                <Menu.Item key={other.id} leftSection={<IconServer2 size={16} />} onClick={() => void copyImage(image, other.id)}>
                  <span className="hum-mono">{visibleText(other.name, 60)}</span>
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

function usersOf(usedBy: readonly string[]): string {
  const shown = usedBy.slice(0, 2).map((user) => visibleText(user, 40));
  return usedBy.length > shown.length ? `${shown.join(', ')} and ${usedBy.length - shown.length} more` : shown.join(', ');
}
