/** How the drivers that draw with the processor call themselves: of Chromium, of Mesa, of Windows. */
const drawnByProcessor = /swiftshader|llvmpipe|softpipe|software rasterizer|basic render/i;

let known: boolean | undefined;

/**
 * Whether WebGL is drawn by a graphics card. A browser that has none draws WebGL with the processor and reads each picture back while the page
 * waits for it (Chromium with SwiftShader: 16 ms a picture), which elements cost a third of: `npm run bench -- terminal`.
 */
export function hasGraphicsCard(): boolean {
  known ??= findGraphicsCard();
  return known;
}

function findGraphicsCard(): boolean {
  // The flag alone does not do: Chromium gives a context that SwiftShader draws all the same.
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (context === null) return false;
  const named = context.getExtension('WEBGL_debug_renderer_info');
  const driver = String(context.getParameter(named === null ? context.RENDERER : named.UNMASKED_RENDERER_WEBGL));
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return !drawnByProcessor.test(driver);
}
