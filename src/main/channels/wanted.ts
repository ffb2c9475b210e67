import type { Channel, ChannelOf } from '../../shared/contract/channels.ts';
import type { InventoryHost } from '../../shared/contract/inventory.ts';
import type { IncidentChange } from '../../shared/incident.ts';

/** Whether a channel is about a host; of a host that has left the fleet, where it is about all. Nothing of the demo fleet is sent anywhere. */
export function isAbout(
  { only }: Pick<Channel, 'only'>,
  host: Pick<InventoryHost, 'name' | 'group' | 'tags' | 'origin'> | undefined,
): boolean {
  if (host?.origin === 'demo') return false;
  if (only.length === 0) return true;
  if (host === undefined) return false;
  const labels = new Set([
    `host:${host.name}`,
    ...(host.group === null ? [] : [`group:${host.group}`]),
    ...host.tags.map((tag) => `tag:${tag}`),
  ]);
  return only.some((label) => labels.has(label));
}

/**
 * Whether a channel wants to be told of a change. `told`: it has heard of this incident before. For one that hears of what is critical alone, an
 * incident opens when it becomes critical; and whoever heard of its beginning hears how it goes on, also once it is a mere warning.
 */
export function wantsChange(channel: Channel, { event, incident }: IncidentChange, told: boolean): boolean {
  if (!('wants' in channel)) return false;
  const { severity, events } = channel.wants;
  if (severity === 'warning') return events.includes(event);
  if (incident.severity !== 'critical') return told && events.includes(event);
  return events.includes(event) || (event === 'worsened' && !told && events.includes('opened'));
}

/** How often a channel is sent the figures of the hosts, ms; null: never. */
export function sampleIntervalOf(channel: Channel): number | null {
  if (channel.kind === 'feed') return channel.intervalMs;
  return isNagios(channel) && channel.regular !== null ? channel.regular.intervalMs : null;
}

function isNagios(channel: Channel): channel is ChannelOf<'nrdp' | 'nagios-file'> {
  return channel.kind === 'nrdp' || channel.kind === 'nagios-file';
}
