/**
 * What a file of a host is called on this machine: the last part of its path without what could deceive whoever looks at it, lead to
 * another folder, or mean something to a file system or to a `name:address` pair.
 */
export function localName(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\\:*?"<>|]/gu, '_');
  return /^\.*$/.test(name) ? 'file' : name;
}
