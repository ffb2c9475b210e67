/** Characters that String.fromCharCode is given at once: more arguments than this overflow the stack in some browsers. */
const atOnce = 0x8000;

/** Bytes in base64. */
export function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += atOnce) text += String.fromCharCode(...bytes.subarray(at, at + atOnce));
  return btoa(text);
}
