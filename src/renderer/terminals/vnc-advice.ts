import { visibleText } from '../../shared/visible-text.ts';

/** What the address of a framebuffer is good for. */
export function vncAdvice(vnc: string): string {
  const shown = visibleText(vnc, 60);
  const loopback = /^(127\.|localhost:|\[::1\])/.test(vnc);
  return `This guest has a graphical screen at ${shown}${
    loopback ? ' of its host, which listens there for the host itself: reach it through an SSH tunnel' : ''
  }. What it shows is not on this console.`;
}
