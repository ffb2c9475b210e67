import {
  IconBox,
  IconCloud,
  IconCode,
  IconDatabase,
  IconDeviceDesktop,
  IconFlask,
  IconMail,
  IconRouter,
  IconServer2,
  IconShield,
  IconWorld,
} from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';

const shapes: Readonly<Record<string, ComponentType<{ size: number; stroke: number; 'aria-hidden': 'true' }>>> = {
  box: IconBox,
  cloud: IconCloud,
  code: IconCode,
  database: IconDatabase,
  desktop: IconDeviceDesktop,
  flask: IconFlask,
  firewall: IconShield,
  mail: IconMail,
  router: IconRouter,
  server: IconServer2,
  shield: IconShield,
  test: IconFlask,
  web: IconWorld,
  world: IconWorld,
};

/** The picture of a template by the name that it gives; a plain server where there is none of that name. */
export function TemplateIcon({ name, size = 18 }: { readonly name: string; readonly size?: number }): ReactNode {
  const Shape = (Object.hasOwn(shapes, name) ? shapes[name] : undefined) ?? IconServer2;
  return <Shape size={size} stroke={1.6} aria-hidden="true" />;
}
