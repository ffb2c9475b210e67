const tokenInHash = /^#token=([A-Za-z0-9_-]{16,256})(?:&(.*))?$/;

/** The access token in a page's hash (`#token=…`), and the hash to go on with. Null where there is none. */
export function takeToken(hash: string): { token: string; rest: string } | null {
  const found = tokenInHash.exec(hash);
  if (!found?.[1]) return null;
  return { token: found[1], rest: found[2] ? `#${found[2]}` : '#/' };
}
