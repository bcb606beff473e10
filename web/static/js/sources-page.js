// <sources-page>: where documents come from and how far behind the index is, as it
// changes.

import { fill, h } from './dom.js';
import { count, duration, moment, since, time } from './format.js';
import { follow, live } from './live.js';

/** @typedef {import('./api.js').SourceStatus} SourceStatus */

class SourcesPage extends HTMLElement {
  #cards = h('div', { class: 'cards' });
  #service = h('div');
  #heading = h('h1', { tabindex: -1 }, 'Sources');

  connectedCallback() {
    if (this.firstChild) return;
    this.append(this.#heading, this.#cards, this.#service);
    follow(this, () => this.#show());
    setInterval(() => this.isConnected && this.#show(), 10_000); // "5 minutes ago" grows old
  }

  enter() {
    this.#show();
  }

  focusMain() {
    this.#heading.focus();
  }

  #show() {
    const { status } = live;
    if (!status) return fill(this.#cards, h('p', { class: 'empty' }, live.problem || 'Connecting…'));
    const active = document.activeElement;
    const focused = active instanceof HTMLAnchorElement && this.contains(active) ? active.getAttribute('href') : null;
    fill(this.#cards, status.sources.map(card), status.sources.length === 0 && h('p', { class: 'empty' }, 'No source is configured.'));
    fill(this.#service, service(status.statistics));
    if (focused) for (const a of this.querySelectorAll('a')) if (a.getAttribute('href') === focused) a.focus();
  }
}

/** @param {SourceStatus} s */
function card(s) {
  const listed = time(s.last_listing);
  const lag = s.lag_ms ?? (s.lag_ns ?? 0) / 1e6;
  const to = (/** @type {string} */ status) => '/documents?' + new URLSearchParams({ ...(status && { status }), source: s.name });
  return h('article', { class: 'card', 'aria-label': `Source ${s.name}` },
    h('header', {}, h('h2', {}, s.name), h('span', { class: 'kind' }, s.kind), h('span', { class: `chip ${s.state}` }, s.state)),
    h('dl', { class: 'facts-grid' },
      fact('Searchable', h('a', { href: to('') }, count(s.documents))),
      fact('Pending', s.pending ? h('a', { href: to('pending') }, count(s.pending)) : '0'),
      fact('Failed', s.failed ? h('a', { href: to('failed'), class: 'badlink' }, count(s.failed)) : '0'),
      fact('Listed', count(s.objects)),
      fact('Lag', lag > 0 ? duration(lag) : 'none'),
      fact('Last listing', listed ? h('time', { datetime: listed.toISOString(), title: moment(listed) }, since(listed)) : 'not yet')),
    s.error && h('p', { class: 'note bad' }, s.error),
    s.note && h('p', { class: 'note warn' }, s.note));
}

/** @param {import('./api.js').Statistics} s */
function service(s) {
  const indexed = time(s.last_indexed);
  return h('article', { class: 'card', 'aria-label': 'Index' },
    h('header', {}, h('h2', {}, 'Index')),
    h('dl', { class: 'facts-grid' },
      fact('Passages', count(s.chunks)), fact('Vectors', count(s.vectors)), fact('Embedded since start', count(s.embedded)),
      fact('Epoch', count(s.epoch)), fact('Last change', indexed ? h('time', { datetime: indexed.toISOString(), title: moment(indexed) }, since(indexed)) : 'none yet'),
      fact('Embedder', s.embedder || '–'), fact('Answers by', s.model || '–')));
}

/** @param {string} name @param {Node | string} value */
function fact(name, value) {
  return h('div', {}, h('dt', {}, name), h('dd', {}, value));
}

customElements.define('sources-page', SourcesPage);
