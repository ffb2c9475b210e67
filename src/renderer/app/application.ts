import { create } from 'zustand';
import type { ApplicationInfo } from '../../shared/contract/application.ts';
import { client } from './client.ts';
import { onConnected } from './connection.ts';

/** What the console says of itself; null until it did. Asked again after each reconnection: it may be another version by then. */
export const useApplication = create<{ readonly info: ApplicationInfo | null }>(() => ({ info: null }));

/** Feeds the store until the function that it returns is called. */
export function followApplication(): () => void {
  const ask = async () => {
    try {
      useApplication.setState({ info: await client.application.info() });
    } catch {
      // Lost again already; the next connection asks anew, and until then the banner says so.
    }
  };
  return onConnected(() => void ask());
}
