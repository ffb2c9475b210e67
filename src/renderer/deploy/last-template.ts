const key = 'hum.lastTemplate';

/** The id of the template that was deployed last from this browser, or null. */
export function lastTemplate(): string | null {
  return localStorage.getItem(key);
}

/** Remembers it, where the browser lets us. */
export function rememberTemplate(id: string): void {
  try {
    localStorage.setItem(key, id);
  } catch {
    // A browser that keeps nothing for us: the first template is offered the next time.
  }
}
