/** A key of the browser, or React's own event of it. */
type PressedKey = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>;

/** As terminals on Linux have it: Ctrl and Shift together are the terminal's own, every other key is the far side's. */
export function shortcutOf(event: PressedKey): 'find' | 'leave' | 'copy' | 'paste' | null {
  if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return null;
  switch (event.key.toLowerCase()) {
    case 'f':
      return 'find';
    case 'x':
      return 'leave';
    case 'c':
      return 'copy';
    case 'v':
      return 'paste';
    default:
      return null;
  }
}
