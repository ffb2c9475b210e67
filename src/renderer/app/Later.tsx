import { type ComponentType, type ReactNode, Suspense, use } from 'react';

/** A component whose code is not needed for the first page. */
export interface LaterPart<Props extends object> {
  /** The component once its code is there. */
  readonly component: () => ComponentType<Props> | undefined;
  readonly fetch: () => Promise<ComponentType<Props>>;
}

const prefetches: (() => Promise<void>)[] = [];

/** Names a part to be fetched when it is first drawn or, before that, by `fetchLaterParts`. */
export function laterPart<Props extends object>(load: () => Promise<ComponentType<Props>>): LaterPart<Props> {
  let component: ComponentType<Props> | undefined;
  let loading: Promise<ComponentType<Props>> | undefined;
  const fetch = async () => {
    component = await load();
    return component;
  };
  const fetchOnce = () => {
    loading ??= fetch();
    return loading;
  };
  prefetches.push(async () => {
    try {
      await fetchOnce();
    } catch {
      // Tried again, and complained about, when it is drawn.
      loading = undefined;
    }
  });
  return { component: () => component, fetch: fetchOnce };
}

/** Fetches what is left, one part after the other: every page then opens at once, also while the console is out of reach. */
export async function fetchLaterParts(): Promise<void> {
  for (const prefetch of prefetches) await prefetch();
}

interface LaterProps<Props extends object> {
  readonly part: LaterPart<Props>;
  readonly props: Props;
}

/**
 * Draws a part; nothing while its code is on the way. (React's own `lazy` draws nothing for a moment even when the code is there already:
 * pages would flash, and dialogs open without their focus.)
 */
export function Later<Props extends object>({ part, props }: LaterProps<Props>): ReactNode {
  return (
    <Suspense fallback={null}>
      <Drawn part={part} props={props} />
    </Suspense>
  );
}

function Drawn<Props extends object>({ part, props }: LaterProps<Props>): ReactNode {
  const Component = part.component() ?? use(part.fetch());
  return <Component {...props} />;
}
