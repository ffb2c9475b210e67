/** Characters that String.fromCharCode is given at once: more arguments than this overflow the stack in some browsers. */
const atOnce = 0x8000;

/** The engine's own conversion (ECMAScript 2026), ten times as fast as what pages have to do without it. */
interface Native {
  toBase64?(): string;
}
interface NativeConstructor {
  fromBase64?(base64: string): Uint8Array<ArrayBuffer>;
}

/** Bytes in base64. */
export function base64Of(bytes: Uint8Array & Native): string {
  if (bytes.toBase64 !== undefined) return bytes.toBase64();
  let text = '';
  for (let at = 0; at < bytes.length; at += atOnce) text += String.fromCharCode(...bytes.subarray(at, at + atOnce));
  return btoa(text);
}

/** What `base64Of` was given. @throws where the text is no base64 */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const native: NativeConstructor & typeof Uint8Array = Uint8Array;
  if (native.fromBase64 !== undefined) return native.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
