/** More than this no guest puts on a clipboard. */
const longestClipboard = 64 * 1024;

/**
 * What a guest wants to put on the clipboard, from the payload of OSC 52 (xterm: "Manipulate Selection Data"): `c;<base64 of UTF-8>`. Null for
 * anything else, above all for `c;?`, which would send the clipboard to the guest.
 */
export function clipboardText(payload: string): string | null {
  const found = /^[cpqs0-7]*;([A-Za-z0-9+/]+={0,2})$/.exec(payload);
  const encoded = found?.[1];
  if (encoded === undefined || encoded.length > (longestClipboard * 4) / 3) return null;
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The target of a link in a guest's text, as the browser will read it; null unless it is http or https, without a name and password in it. */
export function linkTarget(text: string): string | null {
  if (text.length > 2048 || !URL.canParse(text)) return null;
  const url = new URL(text);
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '' || url.password !== '') return null;
  return url.href;
}
