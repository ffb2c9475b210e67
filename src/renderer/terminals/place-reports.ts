const longestPath = 4096;

/**
 * The directory that a shell reports (OSC 7: `file://host/path`, percent-encoded): an absolute path, or null for anything else. It is hostile
 * text, and goes nowhere but back to the host that it came from.
 */
export function reportedDirectory(payload: string): string | null {
  const found = /^file:\/\/[^/]*(\/.*)$/s.exec(payload);
  if (found?.[1] === undefined || found[1].length > longestPath * 3) return null;
  try {
    const path = decodeURIComponent(found[1]);
    return path.length <= longestPath && path.isWellFormed() && !/\p{Cc}/u.test(path) ? path : null;
  } catch {
    return null;
  }
}
