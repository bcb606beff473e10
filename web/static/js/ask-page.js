// <ask-page>: a question and its answers, newest first. Nothing is kept beyond
// the tab.

import { field, find, h } from './dom.js';
import { plural } from './format.js';
import { follow, live } from './live.js';

import { AnswerTurn } from './answer-turn.js';

class AskPage extends HTMLElement {
  #turns = h('div', { class: 'turns' });
  #lead = h('p', { class: 'lead' });
  #box = h('textarea', { name: 'prompt', rows: 2, required: true, 'aria-label': 'Question', placeholder: 'What would you like to know?', keydown: (/** @type {KeyboardEvent} */ e) => this.#key(e) });
  #form = h('form', { class: 'ask', submit: (/** @type {Event} */ e) => this.#submit(e) });

  constructor() {
    super();
    const narrow = h('details', { class: 'options' }, h('summary', {}, 'Narrow it down'),
      h('div', { class: 'fields' },
        field('Passages to read', h('input', { name: 'k', type: 'number', min: 1, max: 100, placeholder: 'default' })),
        field('Only paths like', h('input', { name: 'glob', placeholder: 'handbook/**/*.md', spellcheck: 'false' })),
        field('Only where', h('input', { name: 'filter', placeholder: "owner == 'ana'", spellcheck: 'false' }), 'JMESPath over the metadata')));
    this.#form.append(
      h('div', { class: 'askbox' }, this.#box, h('button', { class: 'primary' }, 'Ask')),
      narrow);
  }

  connectedCallback() {
    if (this.firstChild) return;
    const tip = h('p', { class: 'tip' }, h('kbd', {}, 'Enter'), ' asks, ', h('kbd', {}, 'Shift'), ' ', h('kbd', {}, 'Enter'), ' begins a new line, ', h('kbd', {}, '?'), ' lists all keys.');
    this.append(h('h1', {}, 'Ask your documents'), this.#lead, this.#form, tip, this.#turns);
    follow(this, () => this.#greet());
  }

  /** @param {URLSearchParams} params */
  enter(params) {
    const q = params.get('q');
    if (q && !this.#box.value) this.#box.value = q;
    if (matchMedia('(hover: hover)').matches && !location.hash) this.#box.focus();
  }

  focusMain() {
    this.#box.focus();
    this.#box.select();
  }

  #greet() {
    const s = live.status?.statistics;
    this.#lead.textContent = s ? `Answers come from ${plural(s.documents, 'document')} as they are now, and say where each statement is from.` : '';
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing) return;
    e.preventDefault();
    this.#form.requestSubmit();
  }

  /** @param {Event} e */
  #submit(e) {
    e.preventDefault();
    const text = (/** @type {string} */ name) => String(new FormData(this.#form).get(name) ?? '').trim();
    const prompt = text('prompt');
    if (!prompt) return;
    const turn = new AnswerTurn({
      prompt,
      ...(text('k') && { k: Number(text('k')) }),
      ...(text('filter') && { metadata_filter: text('filter') }),
      ...(text('glob') && { filepath_globpattern: text('glob') }),
    });
    /** @type {AnswerTurn | null} */ (this.#turns.querySelector('answer-turn'))?.stop();
    this.#turns.prepend(turn);
    this.#box.value = '';
    this.classList.add('asked');
    find(turn, 'h2').scrollIntoView({ block: 'nearest' });
  }
}

customElements.define('ask-page', AskPage);
