// The few questions that stop everything else.

import { setKey } from './api.js';
import { field, h } from './dom.js';
import { live } from './live.js';

/**
 * Shows a dialog and returns the value of the button that closed it, "" for Esc.
 *
 * @param {string} title
 * @param {...(Node | string)} content
 * @returns {Promise<string>}
 */
function ask(title, ...content) {
  const form = h('form', { method: 'dialog' }, h('h2', { id: 'dialog-title' }, title), content);
  const dialog = h('dialog', { 'aria-labelledby': 'dialog-title' }, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue);
    });
  });
}

/** @param {string} title @param {string} text @param {string} action */
export async function confirm(title, text, action) {
  const buttons = h('div', { class: 'row end' },
    h('button', { value: '', autofocus: true }, 'Cancel'),
    h('button', { value: 'yes', class: 'danger' }, action));
  return (await ask(title, h('p', {}, text), buttons)) === 'yes';
}

/** Lists the keyboard shortcuts. */
export async function showHelp() {
  const keys = [
    [['/'], 'To the question, the search or the filter'],
    [['g', 'a'], 'Ask'],
    [['g', 's'], 'Search'],
    [['g', 'd'], 'Documents'],
    [['g', 'o'], 'Sources'],
    [['Enter'], 'Ask or search; Shift+Enter begins a new line'],
    [['Esc'], 'Stop the answer, close the document'],
    [['n', 'p'], 'In a document: next, previous passage'],
    [['?'], 'This list'],
  ];
  const rows = keys.map(([ks, what]) => [
    h('dt', {}, /** @type {string[]} */ (ks).map((k) => h('kbd', {}, k))),
    h('dd', {}, /** @type {string} */ (what)),
  ]);
  await ask('Keyboard shortcuts', h('dl', { class: 'keys' }, rows.flat()), h('div', { class: 'row end' }, h('button', { autofocus: true }, 'Close')));
}

let asking = false;

/** Asks for the API key that the server wants. */
export async function askKey() {
  if (asking) return;
  asking = true;
  // Enter presses the first button of a form that submits: that is not Cancel.
  const input = h('input', { type: 'password', autocomplete: 'off', required: true });
  const answer = await ask('This server asks for a key',
    field('API key', input, 'It is kept until this tab is closed.'),
    h('div', { class: 'row end' }, h('button', { type: 'button', click: (/** @type {Event} */ e) => /** @type {Element} */ (e.currentTarget).closest('dialog')?.close() }, 'Cancel'), h('button', { value: 'yes', class: 'primary' }, 'Use it')));
  asking = false;
  if (answer !== 'yes') return;
  setKey(input.value.trim());
  live.retry();
}
