import { useEffect } from 'react';

/** Puts "<what> · Hum" in the window's title while the page is there. */
export function useTitle(what: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = `${what} · Hum`;
    return () => {
      document.title = before;
    };
  }, [what]);
}
