// Keyboard shortcuts: "/" to the box of the page, "g" and a letter to a page, "?"
// for the list. They are off while something is being typed.

import { showHelp } from './dialogs.js';
import { current, go } from './router.js';

/** @type {Record<string, string>} */
const targets = { a: '/', s: '/search', d: '/documents', o: '/sources' };
const patience = 1500; // ms between "g" and the letter

/** Begins to listen. */
export function start() {
  let waiting = 0;
  document.addEventListener('keydown', (e) => {
    if (e.defaultPrevented || e.ctrlKey || e.metaKey || e.altKey || typing(e.target)) return;
    const target = Date.now() - waiting < patience && targets[e.key];
    waiting = e.key === 'g' ? Date.now() : 0;
    if (target) go(target);
    else if (e.key === '/') current().focusMain();
    else if (e.key === '?') showHelp();
    else return;
    e.preventDefault();
  });
}

/** @param {EventTarget | null} e */
function typing(e) {
  if (document.querySelector('dialog[open]')) return true;
  return e instanceof HTMLElement && (e.isContentEditable || e.matches('textarea, select, input:not([type=checkbox], [type=radio])'));
}
