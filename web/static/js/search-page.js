// <search-page>: passages with what each leg of the search says of them.

import { retrieve } from './api.js';
import { failure, field, fill, h } from './dom.js';
import { count, duration, moment, plural, time } from './format.js';
import { remember } from './router.js';
import { hit } from './search-hit.js';

const names = ['q', 'k', 'leg', 'glob', 'filter'];

class SearchPage extends HTMLElement {
  #box = h('input', { type: 'search', name: 'q', required: true, 'aria-label': 'Search', placeholder: 'Search passages…', autocomplete: 'off' });
  #k = h('input', { name: 'k', type: 'number', min: 0, max: 10000, value: 10 });
  #leg = h('select', { name: 'leg' },
    h('option', { value: 'hybrid' }, 'meaning and words'), h('option', { value: 'vector' }, 'meaning only'), h('option', { value: 'bm25' }, 'words only'));
  #glob = h('input', { name: 'glob', placeholder: 'handbook/**/*.md', spellcheck: 'false' });
  #filter = h('input', { name: 'filter', placeholder: "modified_at > `1750000000`", spellcheck: 'false' });
  #count = h('p', { class: 'facts', role: 'status' });
  #out = h('div', { class: 'results' });
  #running = new AbortController();
  #shown = '';

  connectedCallback() {
    if (this.firstChild) return;
    const form = h('form', { class: 'search', role: 'search', submit: (/** @type {Event} */ e) => { e.preventDefault(); this.#search(); } },
      h('div', { class: 'askbox' }, this.#box, h('button', { class: 'primary' }, 'Search')),
      h('div', { class: 'fields' },
        field('Results', this.#k), field('Search by', this.#leg), field('Only paths like', this.#glob),
        field('Only where', this.#filter, 'JMESPath over the metadata')));
    this.#leg.addEventListener('change', () => this.#box.value && this.#search());
    this.append(h('h1', {}, 'Search'), form, this.#count, this.#out);
  }

  /** @param {URLSearchParams} params */
  enter(params) {
    const asked = names.map((n) => params.get(n) ?? '').join('\0');
    if (params.get('q') && asked !== this.#shown) {
      for (const [name, input] of Object.entries(this.#inputs())) input.value = params.get(name) ?? (name === 'k' ? '10' : name === 'leg' ? 'hybrid' : '');
      this.#search();
    } else if (!params.get('q')) {
      if (this.#box.value) this.#remember();
      if (matchMedia('(hover: hover)').matches && !location.hash) this.#box.focus();
    }
  }

  focusMain() {
    this.#box.focus();
    this.#box.select();
  }

  #inputs() {
    return { q: this.#box, k: this.#k, leg: this.#leg, glob: this.#glob, filter: this.#filter };
  }

  #remember() {
    const values = Object.fromEntries(Object.entries(this.#inputs()).map(([n, i]) => [n, i.value.trim()]));
    const fields = { ...values, k: values.k === '10' ? '' : values.k, leg: values.leg === 'hybrid' ? '' : values.leg };
    this.#shown = names.map((n) => /** @type {Record<string, string>} */ (fields)[n]).join('\0');
    remember(fields);
    return values;
  }

  async #search() {
    const { q, k, leg, glob, filter } = this.#remember();
    this.#running.abort();
    const { signal } = (this.#running = new AbortController());
    this.#out.setAttribute('aria-busy', 'true');
    const query = { query: q, k: Number(k || 10), leg, ...(glob && { filepath_globpattern: glob }), ...(filter && { metadata_filter: filter }) };
    try {
      this.#show(q, await retrieve(query, signal));
    } catch (err) {
      if (signal.aborted) return;
      fill(this.#count);
      fill(this.#out, failure(err, () => this.#search()));
    }
    this.#out.setAttribute('aria-busy', 'false');
  }

  /** @param {string} q @param {import('./api.js').Results} results */
  #show(q, results) {
    const hits = results.hits ?? [];
    const best = Math.max(...hits.map((x) => x.scores.bm25), 0);
    const until = time(results.complete_until);
    fill(this.#count, h('span', {}, plural(hits.length, 'passage')), h('span', {}, duration(results.took_ms)),
      h('span', {}, `epoch ${count(results.epoch)}`), until && h('span', {}, `complete until ${moment(until)}`));
    fill(this.#out,
      results.degraded && h('p', { class: 'note warn', role: 'status' }, results.degraded),
      hits.length === 0 && h('p', { class: 'empty' }, 'Nothing was found. Fewer conditions, or other words, may help.'),
      h('ol', { class: 'hits' }, hits.map((x) => hit(x, q, best))));
  }
}

customElements.define('search-page', SearchPage);
