/** The nonce under which the page's Content-Security-Policy lets a `<style>` in. Empty where the shell gave none (Vite's development server). */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}

/** Mantine's modals lock the page's scrolling with a `<style>` of react-style-singleton; its get-nonce reads this name, webpack's own. */
export function allowOwnStyles(): void {
  const nonce = styleNonce();
  if (nonce !== '') Object.assign(globalThis, { __webpack_nonce__: nonce });
}
