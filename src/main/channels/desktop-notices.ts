import type { DesktopSettings } from '../../shared/contract/channels.ts';
import type { Incident, IncidentChange } from '../../shared/incident.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { incidentValues } from './values.ts';

/** What a desktop shell can show of incidents. */
export interface DesktopAlerts {
  /** One notification; `open` is called when it is clicked. */
  notify(notice: Notice, open: () => void): void;
  /** Badge and tray: how many incidents of each kind are open, not counting those that a person has in hand. */
  show(counts: { readonly warning: number; readonly critical: number }): void;
  /** Brings the window forward, at an incident or at all of them. */
  openIncident(id: string | null): void;
}

export interface Notice {
  readonly title: string;
  readonly body: string;
  readonly urgent: boolean;
}

export interface DesktopNotices {
  take(change: IncidentChange): void;
  stop(): void;
}

/** What comes within this time is one notification, ms. */
const groupMs = 2_000;
const mostNamed = 5;

/**
 * Incidents on this machine's desktop: those that open or become worse as notifications, what comes together as one; and how many are open.
 * `open` are those that were there before.
 */
export function createDesktopNotices(desktop: DesktopAlerts, settings: () => DesktopSettings, open: readonly Incident[]): DesktopNotices {
  const incidents = new Map(open.map((incident) => [incident.id, incident]));
  let together: IncidentChange[] = [];
  let timer: NodeJS.Timeout | undefined;

  function showCounts(): void {
    const firing = [...incidents.values()].filter(({ state }) => state === 'firing');
    const critical = firing.filter(({ severity }) => severity === 'critical').length;
    desktop.show({ critical, warning: firing.length - critical });
  }

  function tell(): void {
    timer = undefined;
    // One that has gone again meanwhile is nothing to wake anybody for.
    const news = together.filter(({ incident }) => incidents.get(incident.id)?.state === 'firing');
    together = [];
    const [first] = news;
    if (first === undefined) return;
    const id = news.length === 1 ? first.incident.id : null;
    desktop.notify(noticeOf(news), () => desktop.openIncident(id));
  }

  showCounts();
  return {
    take(change) {
      const { event, incident } = change;
      if (incident.state === 'resolved') incidents.delete(incident.id);
      else incidents.set(incident.id, incident);
      showCounts();
      const { notifies, severity } = settings();
      if (!notifies || (event !== 'opened' && event !== 'worsened')) return;
      if (severity === 'critical' && incident.severity !== 'critical') return;
      together = [...together.filter((each) => each.incident.id !== incident.id), change];
      timer ??= setTimeout(tell, groupMs);
    },
    stop: () => clearTimeout(timer),
  };
}

/** One notification for what came together. */
export function noticeOf(changes: readonly IncidentChange[]): Notice {
  const urgent = changes.some(({ incident }) => incident.severity === 'critical');
  const [first] = changes;
  if (changes.length === 1 && first !== undefined) {
    const { status, host, what, why } = incidentValues({ kind: 'incident', change: first, test: false });
    return { title: `${status} ${host}`, body: `${what}\n${why}`, urgent };
  }
  const critical = changes.filter(({ incident }) => incident.severity === 'critical').length;
  const names = [...new Set(changes.map(({ incident }) => visibleText(incident.host, 40)))];
  const more = names.length - mostNamed;
  return {
    title: `${changes.length} incidents${critical === 0 ? '' : `, ${critical} critical`}`,
    body: `${names.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    urgent,
  };
}
