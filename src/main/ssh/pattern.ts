/**
 * Whether a pattern of ssh_config(5) or known_hosts matches: `*` stands for any run of characters, `?` for exactly one.
 * Takes at most length × length steps, whatever the pattern.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  let at = 0;
  let place = 0;
  let star = -1;
  let retry = 0;
  while (at < text.length) {
    const wanted = pattern[place];
    if (wanted === '*') {
      star = place++;
      retry = at;
    } else if (wanted === '?' || wanted === text[at]) {
      place++;
      at++;
    } else if (star >= 0) {
      place = star + 1;
      at = ++retry;
    } else {
      return false;
    }
  }
  while (pattern[place] === '*') place++;
  return place === pattern.length;
}

/** Whether a list matches: one pattern does, and none that begins with `!` (ssh_config(5), "PATTERNS"). */
export function matchesPatternList(text: string, patterns: readonly string[]): boolean {
  let matched = false;
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(text, pattern.slice(1))) return false;
    } else if (!matched) {
      matched = matchesPattern(text, pattern);
    }
  }
  return matched;
}

/** Whether this names one host only. */
export function isPlainName(pattern: string): boolean {
  return !/[*?!]/.test(pattern);
}
