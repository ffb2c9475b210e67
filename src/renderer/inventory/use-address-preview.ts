import { useEffect, useState } from 'react';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';

export interface AddressPreview {
  /** The text that it is about: what is typed now may be further on. */
  readonly address: string;
  readonly count: number;
  readonly first: readonly string[];
  readonly problem?: Problem;
}

const pauseMs = 150;

/** What a typed address stands for, asked after a pause in typing; null while there is nothing typed or nothing known yet. */
export function useAddressPreview(address: string): AddressPreview | null {
  const [preview, setPreview] = useState<AddressPreview | null>(null);
  useEffect(() => {
    const asked = address.trim();
    if (asked === '' || asked.length > 1000) {
      setPreview(null);
      return undefined;
    }
    const stopping = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const answer = await client.inventory.preview({ address: asked }, { signal: stopping.signal });
        if (!stopping.signal.aborted) setPreview({ address: asked, ...answer });
      } catch {
        // Superseded by the next letter, or the connection is gone, which the banner says: the form is checked again when it is sent.
      }
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [address]);
  return preview;
}
