import { render } from 'preact';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/pages.css';
import './styles/motion.css';
import { App } from './app.js';

const place = document.getElementById('console');
if (place) render(<App />, place);
