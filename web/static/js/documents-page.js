// <documents-page>: every document with how far it has come, and uploads.

import { documents } from './api.js';
import { DocumentTable } from './document-table.js';
import { failure, field, fill, h } from './dom.js';
import { count } from './format.js';
import { follow, live } from './live.js';
import { remember } from './router.js';
import { UploadBox } from './upload-box.js';

const pageSize = 50;
const names = ['status', 'q', 'source', 'glob', 'metadata_filter'];
const refreshPause = 1000; // ms between two listings while documents change

class DocumentsPage extends HTMLElement {
  #status = '';
  #box = h('input', { type: 'search', name: 'q', 'aria-label': 'Filter by path or title', placeholder: 'Path or title…', autocomplete: 'off' });
  #source = h('select', { name: 'source' });
  #glob = h('input', { name: 'glob', placeholder: 'handbook/**/*.md', spellcheck: 'false' });
  #filter = h('input', { name: 'metadata_filter', placeholder: "owner == 'ana'", spellcheck: 'false' });
  #more = h('details', { class: 'options' });
  #tabs = h('div', { class: 'tabs', role: 'group', 'aria-label': 'Status' });
  #note = h('div');
  #table = new DocumentTable(() => this.#load());
  #pager = h('nav', { class: 'row pager', 'aria-label': 'More documents' });
  /** Where this page and those before it begin. */
  #cursors = [''];
  #next = '';
  #running = new AbortController();
  #timer = 0;
  #epoch = -1;

  connectedCallback() {
    if (this.firstChild) return;
    const again = () => this.#restart();
    let typing = 0;
    this.#box.addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(again, 200); });
    for (const e of [this.#source, this.#glob, this.#filter]) e.addEventListener('change', again);
    const fields = h('form', { class: 'fields', role: 'search', submit: (/** @type {Event} */ e) => { e.preventDefault(); again(); } },
      field('Filter', this.#box), field('Source', this.#source), this.#more);
    fill(this.#more, h('summary', {}, 'More conditions'), h('div', { class: 'fields' }, field('Only paths like', this.#glob), field('Only where', this.#filter, 'JMESPath over the metadata')));
    this.append(h('h1', {}, 'Documents'), new UploadBox(this), this.#tabs, fields, this.#note, this.#table, this.#pager);
    follow(this, () => this.#follow());
  }

  /** @param {URLSearchParams} params */
  enter(params) {
    this.#status = params.get('status') ?? '';
    this.#box.value = params.get('q') ?? '';
    this.#glob.value = params.get('glob') ?? '';
    this.#filter.value = params.get('metadata_filter') ?? '';
    this.#more.open ||= Boolean(this.#glob.value || this.#filter.value);
    this.#listSources(params.get('source') ?? '');
    this.#tell();
    const asked = JSON.stringify(this.#fields());
    if (asked === this.#table.dataset.asked) return void this.#load();
    this.#table.dataset.asked = asked;
    this.#cursors = [''];
    this.#load();
  }

  focusMain() {
    this.#box.focus();
    this.#box.select();
  }

  /** @returns {Record<string, string>} */
  #fields() {
    const values = [this.#status, this.#box.value.trim(), this.#source.value, this.#glob.value.trim(), this.#filter.value.trim()];
    return Object.fromEntries(names.map((n, i) => [n, values[i]]));
  }

  /** Lists from the beginning, with the fields as they are. */
  #restart() {
    remember(this.#fields());
    this.#table.dataset.asked = JSON.stringify(this.#fields());
    this.#cursors = [''];
    this.#load();
  }

  async #load() {
    this.#running.abort();
    const { signal } = (this.#running = new AbortController());
    try {
      const found = await documents({ ...this.#fields(), limit: String(pageSize), cursor: this.#cursors.at(-1) ?? '' }, signal);
      fill(this.#note, !found.documents?.length && h('p', { class: 'empty' }, 'No document is like this.'));
      this.#table.show(found.documents ?? []);
      this.#next = found.next;
    } catch (err) {
      if (signal.aborted) return;
      fill(this.#note, failure(err, () => this.#load()));
      this.#next = '';
    }
    this.#page();
  }

  #page() {
    const pages = this.#cursors.length;
    fill(this.#pager,
      pages > 1 && h('button', { type: 'button', click: () => { this.#cursors.pop(); this.#turn(); } }, '← Previous'),
      (pages > 1 || this.#next) && h('span', {}, `Page ${count(pages)}`),
      this.#next && h('button', { type: 'button', click: () => { this.#cursors.push(this.#next); this.#turn(); } }, 'Next →'));
  }

  async #turn() {
    await this.#load();
    this.#tabs.scrollIntoView();
  }

  /** Reads the list again when something was committed, but not all the time. */
  #follow() {
    this.#listSources(this.#source.value);
    this.#tell();
    const epoch = live.status?.statistics.epoch ?? -1;
    if (epoch === this.#epoch || this.#timer) return;
    const first = this.#epoch < 0;
    this.#epoch = epoch;
    if (first) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      if (this.isConnected) this.#load();
      this.#follow();
    }, refreshPause);
  }

  /** @param {string} chosen */
  #listSources(chosen) {
    const known = (live.status?.sources ?? []).map((s) => s.name);
    if (chosen && !known.includes(chosen)) known.push(chosen);
    const key = known.join('\n');
    if (this.#source.dataset.known !== key || !this.#source.firstChild) {
      this.#source.dataset.known = key;
      fill(this.#source, h('option', { value: '' }, 'all'), known.map((n) => h('option', { value: n }, n)));
    }
    this.#source.value = chosen;
  }

  #tell() {
    const s = live.status?.statistics;
    // Without a count of partial ones, those that are indexed include them.
    const indexed = s?.partial === undefined ? s?.indexed : s.documents - s.partial - s.failed - s.pending;
    /** @type {[string, string, number | undefined][]} */
    const tabs = [['', 'All', s?.documents], ['indexed', 'Indexed', indexed], ['partial', 'Partial', s?.partial], ['pending', 'Pending', s?.pending], ['failed', 'Failed', s?.failed]];
    const focused = this.#tabs.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.status : undefined;
    fill(this.#tabs, tabs.map(([status, name, n]) => h('button', {
      type: 'button', 'data-status': status, 'aria-pressed': String(status === this.#status),
      click: () => { this.#status = status; this.#restart(); this.#tell(); },
    }, name, n !== undefined && h('span', { class: 'count' }, count(n)))));
    if (focused !== undefined) /** @type {HTMLElement | null} */ (this.#tabs.querySelector(`[data-status="${focused}"]`))?.focus();
  }
}

customElements.define('documents-page', DocumentsPage);
