// Puts the pages together.

import './ask-page.js';
import './document-panel.js';
import './documents-page.js';
import './search-page.js';
import './sources-page.js';
import './status-bar.js';
import { askKey, showHelp } from './dialogs.js';
import { fill, find, h } from './dom.js';
import * as keys from './keys.js';
import { live } from './live.js';
import * as router from './router.js';

const names = { '': 'Auto', light: 'Light', dark: 'Dark' };
const next = /** @type {const} */ ({ '': 'light', light: 'dark', dark: '' });

/** @returns {'' | 'light' | 'dark'} */
function theme() {
  const t = document.documentElement.dataset.theme;
  return t === 'light' || t === 'dark' ? t : '';
}

function showTheme() {
  const button = find(document, '#theme');
  fill(button, h('span', { class: 'wide' }, 'Theme: '), names[theme()]);
  button.setAttribute('aria-label', `Theme: ${names[theme()].toLowerCase()}`);
}

find(document, '#theme').addEventListener('click', () => {
  const t = next[theme()];
  if (t) document.documentElement.dataset.theme = t;
  else delete document.documentElement.dataset.theme;
  localStorage.setItem('theme', t);
  showTheme();
});
find(document, '#help').addEventListener('click', showHelp);
document.addEventListener('key-needed', askKey);

showTheme();
router.start();
keys.start();
live.run();
