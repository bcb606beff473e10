// <text-view>: the text of a document around one span of it. Only what is near is
// in the page, however long the text is; more is added while scrolling.

import { cut } from './blocks.js';
import { fill, h } from './dom.js';

/** @typedef {import('./api.js').Chunk} Chunk */
/** @typedef {import('./blocks.js').Block} Block */
/** @typedef {{start: number, end: number}} Span in code units */

const ahead = 24_000; // code units added at once

class TextView extends HTMLElement {
  #text = '';
  #blocks = /** @type {Block[]} */ ([]);
  #from = 0; // blocks from here
  #to = 0; // to before here are in the page
  /** @type {Span | null} */
  #span = null;
  #above = h('div', { class: 'more' });
  #body = h('div', { class: 'text' });
  #below = h('div', { class: 'more' });
  #watcher = new IntersectionObserver((es) => es.some((e) => e.isIntersecting) && this.#grow(), { rootMargin: '1200px 0px' });

  connectedCallback() {
    if (!this.firstChild) this.append(this.#above, this.#body, this.#below);
    this.#watcher.observe(this.#above);
    this.#watcher.observe(this.#below);
  }

  disconnectedCallback() {
    this.#watcher.disconnect();
  }

  /** Takes another text. @param {string} text @param {Chunk[]} chunks @param {import('./spans.js').Positions} positions */
  load(text, chunks, positions) {
    this.#text = text;
    this.#blocks = cut(text, chunks, positions);
    this.#from = this.#to = 0;
    this.#span = null;
    fill(this.#body);
  }

  /** Shows the text around span and marks it; without a span, the beginning. @param {Span | null} span */
  show(span) {
    this.#span = span;
    const at = span?.start ?? 0;
    const index = Math.max(this.#blocks.findLastIndex((b) => b.start <= at), 0);
    this.#from = this.#back(index, ahead / 4);
    this.#to = this.#forth(index, Math.max(ahead, (span?.end ?? 0) - at + ahead / 2));
    fill(this.#body, this.#blocks.slice(this.#from, this.#to).map((b) => this.#draw(b)));
    if (!span) {
      this.#scroller().scrollTop = 0;
      return;
    }
    const mark = this.#body.querySelector('mark');
    mark?.scrollIntoView({ block: mark.getBoundingClientRect().height > this.#scroller().clientHeight / 2 ? 'start' : 'center' });
  }

  #scroller() {
    return this.closest('.scroller') ?? document.documentElement;
  }

  /** @param {number} index @param {number} units */
  #back(index, units) {
    const least = (this.#blocks[index]?.start ?? 0) - units;
    while (index > 0 && this.#blocks[index].start > least) index--;
    return index;
  }

  /** @param {number} index @param {number} units */
  #forth(index, units) {
    const most = (this.#blocks[index]?.start ?? 0) + units;
    while (index < this.#blocks.length && this.#blocks[index].start < most) index++;
    return index;
  }

  /** Adds what is missing at the ends that can be seen. */
  #grow() {
    const view = this.#scroller().getBoundingClientRect();
    const near = (/** @type {Element} */ e) => {
      const r = e.getBoundingClientRect();
      return r.bottom > view.top - 1200 && r.top < view.bottom + 1200;
    };
    if (this.#to < this.#blocks.length && near(this.#below)) this.#growDown();
    if (this.#from > 0 && near(this.#above)) this.#growUp();
    // An observer speaks only of changes: look again if there is still room.
    if ((this.#to < this.#blocks.length && near(this.#below)) || (this.#from > 0 && near(this.#above))) requestAnimationFrame(() => this.#grow());
  }

  #growDown() {
    const to = this.#forth(this.#to, ahead);
    this.#body.append(...this.#blocks.slice(this.#to, to).map((b) => this.#draw(b)));
    this.#to = to;
  }

  /** What is read stays where it is on the screen. */
  #growUp() {
    const scroller = this.#scroller();
    const from = this.#back(this.#from, ahead);
    const height = scroller.scrollHeight;
    this.#body.prepend(...this.#blocks.slice(from, this.#from).map((b) => this.#draw(b)));
    this.#from = from;
    scroller.scrollTop += scroller.scrollHeight - height;
  }

  /** @param {Block} b */
  #draw(b) {
    const text = this.#text.slice(b.start, b.end);
    const code = b.chunk?.kind === 'code' || b.chunk?.kind === 'table';
    const name = !b.chunk ? (text.trim() ? 'between' : 'blank') : code ? 'chunk mono' : 'chunk';
    const e = h('span', { class: b.first ? name + ' first' : name, 'data-chunk': b.first && b.chunk ? label(b.chunk) : null });
    const from = Math.max(this.#span?.start ?? Infinity, b.start) - b.start;
    const to = Math.min(this.#span?.end ?? -1, b.end) - b.start;
    if (from < to) fill(e, text.slice(0, from), h('mark', {}, text.slice(from, to)), text.slice(to));
    else fill(e, text);
    return e;
  }
}

/** What is written above a chunk when chunks are outlined. @param {Chunk} c */
function label(c) {
  return [`#${c.ordinal + 1}`, c.kind, c.page ? `page ${c.page}` : '', (c.heading ?? []).join(' › ')].filter(Boolean).join(' · ');
}

customElements.define('text-view', TextView);
export { TextView };
