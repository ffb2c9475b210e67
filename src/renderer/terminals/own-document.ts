import type { PicturePace } from './picture-pace.ts';

/**
 * The document as xterm.js is given it. The page's Content-Security-Policy lets a `<style>` in by its nonce alone and no `style` attribute at
 * all; xterm.js makes both. Here its styles get the nonce; its attributes: `allowSpanStyles`.
 */
export function ownDocument(nonce: string): Document {
  const createElement = (name: string, options?: ElementCreationOptions): HTMLElement => {
    const element = document.createElement(name, options);
    if (name === 'style') element.nonce = nonce;
    return element;
  };
  return withOwn(document, { createElement });
}

/** An object of the page with some members of our own in their place. */
function withOwn<Target extends object>(whole: Target, own: object): Target {
  return new Proxy(whole, {
    get(target, property) {
      if (Object.hasOwn(own, property)) return Reflect.get(own, property);
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, property, value) => Reflect.set(target, property, value, target),
  });
}

/**
 * Calls with a document whose new `<style>` elements have the nonce: xterm.js 6.0 makes one of its styles, while it opens, with the page's own
 * document whatever it was given.
 */
export function withOwnStyles(nonce: string, open: () => void): void {
  const createElement = document.createElement;
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = Reflect.apply(createElement, document, [name, options]) as HTMLElement;
    if (name === 'style') element.nonce = nonce;
    return element;
  }) as typeof document.createElement;
  try {
    open();
  } finally {
    Reflect.deleteProperty(document, 'createElement');
  }
}

/**
 * Calls with an element whose window gives pictures at this pace: xterm.js asks the window of the element that it is opened in, and keeps it. There is no
 * other way to tell it how often to draw.
 */
export function drawnAtPace(element: HTMLElement, pace: PicturePace, open: () => void): void {
  const defaultView = withOwn(window, {
    requestAnimationFrame: (callback: FrameRequestCallback) => pace.request(callback),
    cancelAnimationFrame: (id: number) => pace.cancel(id),
  });
  Object.defineProperty(element, 'ownerDocument', { value: withOwn(document, { defaultView }), configurable: true });
  try {
    open();
  } finally {
    Reflect.deleteProperty(element, 'ownerDocument');
  }
}

/**
 * Lets a `style` attribute that is written to a span act as a property, which the policy allows. Where it draws without a graphics card, xterm.js
 * 6.0 makes its cells with the page's own document, whatever it was given, and writes their colours as an attribute.
 */
export function allowSpanStyles(): void {
  if (Object.hasOwn(HTMLSpanElement.prototype, 'setAttribute')) return;
  HTMLSpanElement.prototype.setAttribute = function setAttribute(this: HTMLSpanElement, name: string, value: string): void {
    if (name === 'style') this.style.cssText = value;
    else Element.prototype.setAttribute.call(this, name, value);
  };
}
