import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { noncePlaceholder } from './src/main/web/page.ts';

const here = import.meta.dirname;

export default defineConfig({
  main: {
    build: {
      rollupOptions: {
        input: {
          desktop: resolve(here, 'src/main/desktop/main.ts'),
          web: resolve(here, 'src/main/web/main.ts'),
          'demo-server': resolve(here, 'src/main/demo/server.ts'),
        },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload is one CommonJS file (Electron: "Process Sandboxing", preload scripts).
      rollupOptions: {
        input: { preload: resolve(here, 'src/preload/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(here, 'src/renderer'),
    plugins: [react()],
    html: { cspNonce: noncePlaceholder },
    build: {
      // Browsers open it too, and those of the last two years know all of this.
      target: ['es2023'],
      minify: true,
      // A font or picture within the script would need `data:` in more of the CSP than pictures.
      assetsInlineLimit: 0,
      rollupOptions: { input: { index: resolve(here, 'src/renderer/index.html') } },
    },
  },
});
