import type { Page } from '@playwright/test';

export interface SocketFrames {
  /** Ends the count. */
  stop(): { readonly patches: number; readonly bytes: number };
}

/** Counts what the page's WebSocket receives from now on: payload bytes, and frames that carry a patch of the fleet. */
export async function countSocketFrames(page: Page): Promise<SocketFrames> {
  const session = await page.context().newCDPSession(page);
  let patches = 0;
  let bytes = 0;
  await session.send('Network.enable');
  session.on('Network.webSocketFrameReceived', ({ response }) => {
    // The protocol gives text as it is and binary as base64 (Chrome DevTools Protocol, Network.WebSocketFrame).
    const payload = response.opcode === 1 ? Buffer.from(response.payloadData) : Buffer.from(response.payloadData, 'base64');
    bytes += payload.length;
    if (payload.includes('"patch"')) patches += 1;
  });
  return {
    stop() {
      void session.detach().catch(() => {});
      return { patches, bytes };
    },
  };
}
