// <document-panel>: a document beside the page, at the span that the address
// names.

import { ApiError, getDocument } from './api.js';
import { failure, fill, find, h } from './dom.js';
import { breadcrumb, count, duration, fileName, moment, plural, size, time } from './format.js';
import { PageView } from './page-view.js';
import { locate } from './quote.js';
import { closePlace, fragment, openPlace, place } from './router.js';
import { Positions } from './spans.js';
import { TextView } from './text-view.js';

/** @typedef {import('./api.js').FullDoc} FullDoc */
/** @typedef {import('./router.js').Place} Place */

class DocumentPanel extends HTMLElement {
  /** @type {FullDoc | null} */
  #doc = null;
  #positions = new Positions('');
  #uri = '';
  #at = -1; // code point that is looked at
  #loading = new AbortController();
  /** What had the focus before. @type {Element | null} */
  #opener = null;
  #view = new TextView();
  #pages = new PageView();
  #head = h('header');
  #note = h('div', { role: 'status' });
  #parts = h('nav', { 'aria-label': 'Documents inside this one' });
  #where = h('span', { class: 'position' });

  connectedCallback() {
    this.setAttribute('role', 'complementary');
    this.setAttribute('aria-label', 'Document');
    this.append(this.#head, h('div', { class: 'scroller', tabindex: 0, role: 'region', 'aria-label': 'Text of the document' }, this.#note, this.#parts, this.#view));
    document.addEventListener('place', () => this.#follow());
    document.addEventListener('keydown', (e) => this.#key(e));
    matchMedia('(max-width: 60rem)').addEventListener('change', () => this.#cover());
  }

  /** Shows what the address says. */
  async #follow() {
    const to = place();
    if (!to) return this.#close();
    if (this.hidden) this.#opener = document.activeElement;
    this.hidden = false;
    this.#cover();
    if (to.uri === this.#uri && this.#doc) return this.#go(to);
    this.#uri = to.uri;
    this.#loading.abort();
    const { signal } = (this.#loading = new AbortController());
    this.#doc = null;
    this.#view.load('', [], new Positions(''));
    this.#pages.load(null);
    this.#inside([]);
    this.#frame(h('h2', { tabindex: -1 }, to.uri));
    fill(this.#note, h('p', { class: 'waiting' }, 'Loading…'));
    find(this.#head, 'h2').focus();
    try {
      this.#load(await getDocument(to.uri, signal));
      this.#go(to);
    } catch (err) {
      if (signal.aborted) return;
      const gone = err instanceof ApiError && err.status === 404;
      fill(this.#note, failure(gone ? 'There is no such document any more.' : err, () => { this.#uri = ''; this.#follow(); }));
    }
  }

  /** @param {FullDoc} doc */
  #load(doc) {
    this.#doc = doc;
    this.#positions = new Positions(doc.text);
    this.#frame(h('h2', { tabindex: -1, dir: 'auto' }, doc.title || fileName(doc.path)), h('p', { class: 'where', dir: 'auto' }, doc.path), details(doc), this.#steps(), this.#pages);
    this.#pages.load(doc);
    this.#inside(doc.parts ?? []);
    find(this.#head, 'h2').focus();
    this.#view.load(doc.text, doc.chunks ?? [], this.#positions);
  }

  /** @param {...(Node | null)} content */
  #frame(...content) {
    const close = h('button', { type: 'button', class: 'close quiet', 'aria-label': 'Close the document', title: 'Close (Esc)', click: closePlace }, '✕');
    fill(this.#head, close, content);
  }

  /** Lists the documents inside. @param {import('./api.js').Part[]} parts */
  #inside(parts) {
    this.#parts.hidden = parts.length === 0;
    fill(this.#parts, h('details', { open: parts.length <= 12 }, h('summary', {}, `${plural(parts.length, 'document')} inside`),
      h('ul', {}, parts.map((p) => h('li', {}, link(p.uri, p.name), p.status !== 'indexed' && h('span', { class: `chip ${p.status}` }, p.status))))));
  }

  #steps() {
    const outline = h('input', { type: 'checkbox', change: () => this.classList.toggle('outlined', outline.checked) });
    outline.checked = this.classList.contains('outlined');
    const find = h('input', { type: 'search', 'aria-label': 'Find in the document', placeholder: 'Find…', autocomplete: 'off' });
    find.addEventListener('keydown', (e) => {
      if (e.key !== 'Enter') return;
      e.preventDefault();
      this.#find(find.value, e.shiftKey);
    });
    return h('div', { class: 'row steps' },
      h('button', { type: 'button', 'aria-label': 'Previous passage', title: 'Previous passage (p)', click: () => this.#step(-1) }, '↑'),
      h('button', { type: 'button', 'aria-label': 'Next passage', title: 'Next passage (n)', click: () => this.#step(1) }, '↓'),
      this.#where, find,
      h('label', { class: 'check' }, outline, 'Outline passages'));
  }

  /** @param {Place} to */
  #go(to) {
    const doc = /** @type {FullDoc} */ (this.#doc);
    const { span, note } = locate(doc.text, this.#positions, to);
    fill(this.#note, problems(doc), note && h('p', { class: 'note warn' }, note));
    this.#view.show(span);
    this.#at = span ? this.#positions.points(span.start) : -1;
    this.#tell();
  }

  #tell() {
    const chunks = this.#doc?.chunks ?? [];
    const i = this.#index();
    const c = chunks[i];
    this.#where.textContent = this.#at < 0 || !c ? plural(chunks.length, 'passage') : `Passage ${count(i + 1)} of ${count(chunks.length)}${c.page ? `, page ${c.page}` : ''}`;
    this.#where.title = breadcrumb(c?.heading);
    if (c?.page) this.#pages.show(c.page);
  }

  /** The chunk that is looked at; -1 before the first. */
  #index() {
    return (this.#doc?.chunks ?? []).findLastIndex((c) => c.start <= this.#at);
  }

  /** @param {number} by */
  #step(by) {
    const chunks = this.#doc?.chunks ?? [];
    const to = chunks[Math.min(Math.max(this.#index() + by, 0), chunks.length - 1)];
    if (to) openPlace({ uri: this.#uri, start: to.start, end: to.end });
  }

  /** Goes to the next place where words stand, around the end if need be. @param {string} words @param {boolean} back */
  #find(words, back) {
    const doc = this.#doc;
    if (!doc || !words) return;
    const pattern = new RegExp(words.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/\s+/g, '\\s+'), 'giu');
    const at = this.#at < 0 ? -1 : this.#positions.units(this.#at);
    const all = [...doc.text.matchAll(pattern)];
    const next = back ? all.findLast((m) => m.index < at) ?? all.at(-1) : all.find((m) => m.index > at) ?? all[0];
    if (!next) return fill(this.#note, h('p', { class: 'note warn' }, `“${words}” is not in this document.`));
    const start = this.#positions.points(next.index);
    openPlace({ uri: this.#uri, start, end: this.#positions.points(next.index + next[0].length) });
  }

  #close() {
    if (this.hidden) return;
    this.hidden = true;
    this.#loading.abort();
    this.#uri = '';
    this.#doc = null;
    this.#cover();
    if (this.#opener instanceof HTMLElement && this.#opener.isConnected) this.#opener.focus();
  }

  /** Where the panel covers the page, the page cannot be reached. */
  #cover() {
    const covered = !this.hidden && matchMedia('(max-width: 60rem)').matches;
    for (const e of document.querySelectorAll('main, .top, status-bar, .skip')) e.toggleAttribute('inert', covered);
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    if (this.hidden || e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]')) return;
    const typing = e.target instanceof Element && e.target.matches('input, textarea, select');
    if (e.key === 'Escape') closePlace();
    else if (!typing && (e.key === 'n' || e.key === 'p')) this.#step(e.key === 'n' ? 1 : -1);
    else return;
    e.preventDefault();
  }
}

/** @param {FullDoc} doc */
function problems(doc) {
  const bad = doc.status === 'failed' || doc.status === 'pending';
  return [
    doc.reason && h('p', { class: bad ? 'note bad' : 'note warn' }, doc.reason),
    ...(doc.warnings ?? []).map((w) => h('p', { class: 'note warn' }, w)),
    !doc.text && h('p', { class: 'empty' }, doc.status === 'pending' ? 'This document has not been read yet.' : 'There is no text to show.'),
  ].filter((e) => e instanceof Node);
}

/** A link that opens a document here. @param {string} uri @param {string} name */
function link(uri, name) {
  return h('a', { href: fragment({ uri, start: -1, end: -1 }), dir: 'auto' }, name);
}

/** @param {FullDoc} doc */
function details(doc) {
  const modified = time(doc.modified_at);
  const seen = time(doc.seen_at);
  /** @type {[string, Node | string | undefined | false | null][]} */
  const rows = [
    ['Address', doc.uri], ['Inside', doc.container && link(doc.container, doc.container)], ['Source', doc.source], ['Type', doc.media_type], ['Language', doc.language], ['Author', doc.author],
    ['Size', doc.size >= 0 && size(doc.size)], ['Pages', doc.pages ? count(doc.pages) : ''],
    ['Called', doc.labels?.filter((l) => l).join(', ')], ['Read by', doc.parser], ['Read in', doc.parse_ms ? duration(doc.parse_ms) : ''],
    ['Characters', count(doc.chars)], ['Passages', count(doc.chunks?.length ?? 0)],
    ['Modified', modified && moment(modified)], ['Noticed', seen && moment(seen)],
  ];
  return h('details', {}, h('summary', {}, h('span', { class: `chip ${doc.status}` }, doc.status), ' Details'),
    h('dl', { class: 'meta' }, rows.filter(([, v]) => v).map(([k, v]) => h('div', {}, h('dt', {}, k), h('dd', { dir: 'auto' }, v)))));
}

customElements.define('document-panel', DocumentPanel);
