import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

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
    build: { rollupOptions: { input: { index: resolve(here, 'src/renderer/index.html') } } },
  },
});
