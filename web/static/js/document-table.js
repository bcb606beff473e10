// <document-table>: a page of documents. A row that did not change is left alone,
// so that focus and selection survive a refresh.

import { deleteDocument } from './api.js';
import { confirm } from './dialogs.js';
import { failure, fill, h } from './dom.js';
import { count, fileName, moment, since, size, time } from './format.js';
import { live } from './live.js';
import { fragment } from './router.js';

/** @typedef {import('./api.js').Doc} Doc */

class DocumentTable extends HTMLElement {
  #changed;
  #note = h('div');
  #body = h('tbody');
  /** @type {Map<string, {key: string, row: HTMLElement}>} */
  #rows = new Map();

  /** @param {() => void} changed is called after a document was deleted */
  constructor(changed) {
    super();
    this.#changed = changed;
  }

  connectedCallback() {
    if (this.firstChild) return;
    const head = ['Document', 'Status', 'Size', 'Passages', 'Modified', ''].map((t, i) => h('th', { scope: 'col', class: i === 2 || i === 3 ? 'num' : null }, t || h('span', { class: 'hidden' }, 'Actions')));
    this.append(this.#note, h('table', {}, h('caption', { class: 'hidden' }, 'Documents'), h('thead', {}, h('tr', {}, head)), this.#body));
  }

  /** @param {Doc[]} docs */
  show(docs) {
    const before = this.#rows;
    this.#rows = new Map();
    for (const d of docs) {
      const key = JSON.stringify(d);
      const old = before.get(d.uri);
      this.#rows.set(d.uri, old?.key === key ? old : { key, row: this.#row(d) });
    }
    const rows = [...this.#rows.values()].map((r) => r.row);
    const same = rows.length === this.#body.children.length && rows.every((r, i) => r === this.#body.children[i]);
    if (!same) fill(this.#body, rows);
    this.hidden = rows.length === 0;
  }

  /** @param {Doc} d */
  #row(d) {
    const modified = time(d.modified_at);
    const uploaded = live.status?.sources.some((s) => s.name === d.source && /^upload/.test(s.kind)) || /^uploads?$/.test(d.source);
    return h('tr', {},
      h('th', { scope: 'row' },
        h('a', { href: fragment({ uri: d.uri, start: -1, end: -1 }), dir: 'auto' }, d.title || fileName(d.path)),
        (d.title || fileName(d.path) !== d.path) && h('span', { class: 'where', dir: 'auto' }, d.path),
        d.reason && h('span', { class: `reason ${d.status}` }, d.reason)),
      h('td', { 'data-name': 'Status' }, h('span', { class: `chip ${d.status}` }, d.status),
        d.warnings?.length ? h('span', { class: 'warned', title: d.warnings.join('\n') }, ` ${count(d.warnings.length)} warned`) : null),
      h('td', { 'data-name': 'Size', class: 'num' }, size(d.size)),
      h('td', { 'data-name': 'Passages', class: 'num' }, d.status === 'failed' ? '–' : count(d.chunks)),
      h('td', { 'data-name': 'Modified' }, modified ? h('time', { datetime: modified.toISOString(), title: since(modified) }, moment(modified)) : '–'),
      h('td', { class: 'end' }, uploaded && !d.container && h('button', { type: 'button', class: 'quiet', 'aria-label': `Delete ${fileName(d.path)}`, click: () => this.#delete(d) }, 'Delete')));
  }

  /** @param {Doc} d */
  async #delete(d) {
    if (!(await confirm('Delete this document?', `${d.path} will be removed from the server and from every answer. This cannot be undone.`, 'Delete'))) return;
    try {
      await deleteDocument(d.uri);
      fill(this.#note);
      this.#rows.get(d.uri)?.row.classList.add('leaving');
      this.#changed();
    } catch (err) {
      fill(this.#note, failure(err));
    }
  }
}

customElements.define('document-table', DocumentTable);
export { DocumentTable };
