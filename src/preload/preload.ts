import { ipcRenderer } from 'electron';

/**
 * Hands the page its port to the console, and nothing else. A MessagePort cannot pass through contextBridge, so it goes by
 * `window.postMessage` (Electron: "MessagePorts in Electron"). By the `load` event the page's module scripts have run, so the page listens.
 */
window.addEventListener('load', () => ipcRenderer.send('hum:port'));

ipcRenderer.on('hum:port', (event) => {
  window.postMessage('hum:port', location.origin, [...event.ports]);
});
