import type { ChannelView, SecretState } from '../../shared/contract/channels.ts';
import { formatDuration } from '../../shared/units.ts';

export type ChannelTone = 'quiet' | 'good' | 'warn' | 'bad';

export interface ChannelStanding {
  readonly word: string;
  readonly tone: ChannelTone;
}

/** How a channel does at the moment `now` (epoch ms). */
export function standingOf({ channel, secret, problem, retryAt, waiting, refusal, lastSentAt }: ChannelView, now: number): ChannelStanding {
  if (!channel.enabled) return { word: 'Off', tone: 'quiet' };
  if (secret === 'missing') return { word: 'Needs its secret', tone: 'bad' };
  if (problem !== null)
    return {
      word: retryAt === null || retryAt <= now ? 'Trying again' : `Tries again in ${formatDuration(retryAt - now + 999)}`,
      tone: 'bad',
    };
  if (refusal !== null && refusal.at > (lastSentAt ?? 0)) return { word: 'Refused', tone: 'bad' };
  if (waiting > 0) return { word: 'Sending', tone: 'good' };
  return lastSentAt === null ? { word: 'Nothing sent yet', tone: 'quiet' } : { word: 'Delivering', tone: 'good' };
}

export const secretWords: Readonly<Record<SecretState, string>> = {
  unneeded: '',
  keychain: 'Kept in the keychain of this account. Leave it empty to keep it.',
  memory: 'Kept until Hum ends. Leave it empty to keep it.',
  file: '',
  missing: 'None is kept for this address.',
};

/** `1,204 sent · 3 waiting`: what is not zero, and always what was sent. */
export function countsOf({ sent, waiting, refused, dropped }: Pick<ChannelView, 'sent' | 'waiting' | 'refused' | 'dropped'>): string {
  const parts: readonly (readonly [number, string])[] = [
    [waiting, 'waiting'],
    [refused, 'refused'],
    [dropped, 'dropped'],
  ];
  return [
    `${sent.toLocaleString('en')} sent`,
    ...parts.flatMap(([count, word]) => (count > 0 ? [`${count.toLocaleString('en')} ${word}`] : [])),
  ].join(' · ');
}
