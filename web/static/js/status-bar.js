// <status-bar>: what the server holds, and what does not work, on every page.

import { fill, h } from './dom.js';
import { count, moment, plural, time } from './format.js';
import { follow, live } from './live.js';

class StatusBar extends HTMLElement {
  #facts = h('div', { class: 'facts' });
  #trouble = h('div', { class: 'trouble', role: 'status' });
  #shown = '';

  connectedCallback() {
    this.append(this.#trouble, h('footer', { 'aria-label': 'State of the server' }, this.#facts));
    follow(this, () => this.#show());
  }

  #show() {
    const { status, connected, problem } = live;
    fill(this.#facts, dot(connected, status?.statistics.pending ?? 0), ...facts(status?.statistics));
    const trouble = connected ? status?.statistics.trouble ?? [] : problem ? [problem] : [];
    const key = JSON.stringify([connected, trouble]);
    if (key === this.#shown) return; // a live region is read out when it changes
    this.#shown = key;
    fill(this.#trouble, trouble.map((t) => h('p', {}, t, !connected && [' What is shown may be old. Trying again by itself. '],
      !connected && h('button', { type: 'button', click: () => live.retry() }, 'Try now'))));
  }
}

/** @param {boolean} connected @param {number} pending */
function dot(connected, pending) {
  if (!connected) return h('span', { class: 'dot bad' }, 'offline');
  return h('span', { class: pending ? 'dot busy' : 'dot good' }, pending ? 'indexing' : 'up to date');
}

/** @param {import('./api.js').Statistics | undefined} s */
function facts(s) {
  if (!s) return [];
  const until = time(s.complete_until);
  return [
    h('span', {}, plural(s.documents, 'document')),
    h('span', {}, plural(s.chunks, 'passage')),
    s.pending > 0 && h('span', {}, `${count(s.pending)} pending`),
    s.changing && h('span', {}, s.changing),
    s.failed > 0 && h('a', { href: '/documents?status=failed' }, `${count(s.failed)} failed`),
    h('span', { class: 'wide' }, `epoch ${count(s.epoch)}`),
    until && h('span', { class: 'wide', title: 'Every change noticed before this time is searchable.' }, `complete until ${moment(until)}`),
  ];
}

customElements.define('status-bar', StatusBar);
