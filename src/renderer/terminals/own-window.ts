import { showProblem } from '../app/act.tsx';
import { useFleet } from '../fleet/store.ts';
import { changedPane, type Pane, withoutPane } from './dock.ts';
import { changeDock } from './dock-store.ts';
import { ownWindowHash } from './own-window-address.ts';

/**
 * Opens a shell on the same host and in the same directory in a window of its own. What runs in tmux or screen moves there; else the shell here
 * stays, since what runs in it belongs to this window.
 */
export function openOwnWindow(pane: Pane): void {
  const moves = (useFleet.getState().rows.get(pane.host)?.host.keepShells ?? 'no') !== 'no' && !pane.asleep;
  const address = `${location.pathname}${ownWindowHash({ ...pane, kept: moves ? pane.kept : null })}`;
  // A browser lets the new window have this tab's token (HTML, "copy the session storage"). The desktop shell opens it itself and answers null.
  const opened = window.open(address, '_blank', 'popup,width=920,height=600');
  if (opened === null && location.protocol !== 'hum:') {
    showProblem(
      {
        code: 'not-permitted',
        message: 'The browser did not open a window.',
        hint: 'Allow pop-up windows for this address, and try again.',
      },
      'Opening a window',
    );
    return;
  }
  if (!moves) return;
  // Asleep it is let go of, and not ended when it is closed.
  changeDock((dock) => changedPane(dock, pane.id, { asleep: true }));
  changeDock((dock) => withoutPane(dock, pane.id));
}
