// <page-view>: the picture of one page of a document, and steps to the others. It
// is fetched only while it is seen.

import { pagePicture } from './api.js';
import { failure, fill, find, h } from './dom.js';
import { count, fileName, pageName } from './format.js';

/** @typedef {import('./api.js').FullDoc} FullDoc */

export class PageView extends HTMLElement {
  /** @type {FullDoc | null} */
  #doc = null;
  #page = 1;
  #drawn = 0; // the page in the picture; 0 for none
  #address = ''; // of the picture's bytes
  #loading = new AbortController();
  #summary = h('summary');
  #figure = h('figure');
  #number = h('input', { type: 'number', min: 1, 'aria-label': 'Page', change: () => this.show(this.#number.valueAsNumber) });
  #of = h('span', { class: 'position' });
  #steps = h('div', { class: 'row steps' },
    h('button', { type: 'button', 'aria-label': 'Previous page', title: 'Previous page', click: () => this.show(this.#page - 1) }, '←'),
    this.#number, this.#of,
    h('button', { type: 'button', 'aria-label': 'Next page', title: 'Next page', click: () => this.show(this.#page + 1) }, '→'));
  #large = h('button', { type: 'button', 'aria-pressed': 'false', click: () => this.#enlarge() }, 'Larger');
  #details = h('details', { toggle: () => this.#draw() }, this.#summary, this.#figure, h('div', { class: 'row controls' }, this.#steps, this.#large));

  connectedCallback() {
    if (!this.firstChild) this.append(this.#details);
    this.#details.open ||= matchMedia('(min-width: 60rem) and (min-height: 44rem)').matches;
  }

  /** Shows the first page of a document, or nothing if it has none to be shown. @param {FullDoc | null} doc */
  load(doc) {
    this.#drop();
    this.#doc = doc;
    this.hidden = !doc?.shown_pages;
    this.#page = 1;
    if (doc?.shown_pages) this.show(1);
  }

  /** Shows a page, the nearest that there is. @param {number} page */
  show(page) {
    const last = this.#doc?.shown_pages ?? 0;
    if (!last) return;
    this.#page = Math.min(Math.max(Math.trunc(page) || 1, 1), last);
    this.#number.max = String(last);
    this.#number.value = String(this.#page);
    this.#of.textContent = `of ${count(last)}`;
    this.#steps.hidden = last === 1;
    this.#summary.textContent = last === 1 ? 'Picture' : pageName(this.#page, this.#doc?.labels ?? [], last);
    for (const [name, off] of [['Previous', this.#page === 1], ['Next', this.#page === last]]) {
      /** @type {HTMLButtonElement} */ (find(this.#steps, `[aria-label^="${name}"]`)).disabled = Boolean(off);
    }
    this.#draw();
  }

  async #draw() {
    const doc = this.#doc;
    if (!doc || this.hidden || !this.#details.open || this.#drawn === this.#page) return;
    const page = (this.#drawn = this.#page);
    this.#loading.abort();
    const { signal } = (this.#loading = new AbortController());
    this.#figure.setAttribute('aria-busy', 'true');
    try {
      const bytes = await pagePicture(doc.uri, page, signal);
      this.#forget();
      this.#address = URL.createObjectURL(bytes);
      const title = doc.title || fileName(doc.path);
      fill(this.#figure, h('img', { src: this.#address, alt: doc.shown_pages === 1 ? `Picture of “${title}”` : `Page ${page} of “${title}”`, click: () => this.#enlarge() }));
    } catch (err) {
      if (signal.aborted) return;
      fill(this.#figure, failure(err, () => { this.#drawn = 0; this.#draw(); }));
    }
    this.#figure.removeAttribute('aria-busy');
  }

  #enlarge() {
    const large = this.classList.toggle('large');
    this.#large.setAttribute('aria-pressed', String(large));
  }

  #drop() {
    this.#loading.abort();
    this.#forget();
    this.#drawn = 0;
    fill(this.#figure);
  }

  /** Gives the picture's memory back. */
  #forget() {
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = '';
  }
}

customElements.define('page-view', PageView);
