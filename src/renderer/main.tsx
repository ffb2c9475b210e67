import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './app/tokens.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { connect } from './app/client.ts';
import { allowOwnStyles } from './app/nonce.ts';

allowOwnStyles();
connect();

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
