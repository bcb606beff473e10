// <answer-turn>: one question and its answer while it is written and after.

import { answer } from './api.js';
import { failure, fill, h } from './dom.js';
import { breadcrumb, count, duration, fileName, moment, time } from './format.js';
import { prose } from './prose.js';
import { fragment } from './router.js';

/** @typedef {import('./api.js').Source} Source */
/** @typedef {import('./api.js').Answer} Answer */

export class AnswerTurn extends HTMLElement {
  #question;
  #text = '';
  #began = 0;
  /** What the marks name: first the passages read, then what was cited. @type {Map<number, Source>} */
  #sources = new Map();
  #passages = /** @type {Source[]} */ ([]);
  #stopper = new AbortController();
  #drawing = false;
  #body = h('div', { class: 'prose', 'aria-live': 'polite', 'aria-busy': 'true' });
  #after = h('div', { class: 'after' });
  #tools = h('div', { class: 'row' });

  /** @param {{prompt: string, [name: string]: unknown}} question */
  constructor(question) {
    super();
    this.#question = question;
    this.append(h('article', {},
      h('header', {}, h('h2', { dir: 'auto' }, question.prompt), this.#tools),
      this.#body, this.#after));
    this.#run();
  }

  get #running() {
    return this.#body.getAttribute('aria-busy') === 'true';
  }

  /** Stops the answer where it is. */
  stop() {
    this.#stopper.abort();
  }

  async #run() {
    this.#began = performance.now();
    this.#stopper = new AbortController();
    const ended = new AbortController();
    document.addEventListener('keydown', (e) => e.key === 'Escape' && !e.defaultPrevented && this.stop(), { signal: ended.signal });
    this.#text = '';
    this.#sources.clear();
    this.#body.setAttribute('aria-busy', 'true');
    fill(this.#body, h('p', { class: 'waiting' }, 'Reading the documents…'));
    fill(this.#after);
    fill(this.#tools, h('button', { type: 'button', click: () => this.stop() }, 'Stop'));
    try {
      for await (const { event, data } of answer(this.#question, this.#stopper.signal)) this.#take(event, data);
    } catch (err) {
      this.#failed(err);
    }
    this.#body.setAttribute('aria-busy', 'false');
    ended.abort();
  }

  /** @param {string} event @param {any} data */
  #take(event, data) {
    if (event === 'passages') {
      this.#passages = data.passages ?? [];
      for (const p of this.#passages) this.#sources.set(p.n, p);
    } else if (event === 'delta') {
      this.#text += data.text;
      this.#drawSoon();
    } else if (event === 'done') {
      this.#done(data);
    }
  }

  /** Draws at most once a frame, however fast the pieces come. */
  #drawSoon() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      if (this.#running) this.#draw();
    });
  }

  #draw() {
    fill(this.#body, prose(this.#text, (n) => this.#mark(n)));
  }

  /** @param {number} n */
  #mark(n) {
    const s = this.#sources.get(n);
    return s ? link(s, { class: 'mark', 'aria-label': `Source ${n}: ${s.title || fileName(s.path)}`, title: s.title || s.path }, String(n)) : null;
  }

  /** @param {Answer} a */
  #done(a) {
    this.#text = a.answer;
    const cited = a.citations ?? [];
    for (const c of cited) this.#sources.set(c.n, c);
    this.classList.toggle('unfound', !a.found);
    this.#draw();
    if (!a.found) this.#body.prepend(h('p', { class: 'verdict' }, 'Not found in the documents'));
    fill(this.#after, ...this.#evidence(cited), facts(a, performance.now() - this.#began));
    this.#finish();
  }

  #finish() {
    fill(this.#tools,
      this.#text && h('button', { type: 'button', click: (/** @type {Event} */ e) => this.#copy(e) }, 'Copy'),
      h('button', { type: 'button', click: () => this.#run() }, 'Ask again'));
  }

  /** @param {Source[]} cited */
  #evidence(cited) {
    const named = new Set(cited.map((c) => c.chunk_id));
    const rest = this.#passages.filter((p) => !named.has(p.chunk_id));
    return [
      cited.length > 0 && h('section', { 'aria-label': 'Sources' }, h('ol', { class: 'sources' }, cited.map(source))),
      rest.length > 0 && h('details', { class: 'read' },
        h('summary', {}, cited.length ? `${rest.length} more passages were read` : `${rest.length} passages were read`),
        h('ol', { class: 'sources' }, rest.map(source))),
    ];
  }

  /** @param {unknown} err */
  #failed(err) {
    if (this.#stopper.signal.aborted) {
      if (this.#text) this.#draw();
      else fill(this.#body);
      fill(this.#after, h('p', { class: 'facts' }, 'Stopped.'));
      this.#finish();
      return;
    }
    if (!this.#text) fill(this.#body);
    fill(this.#tools);
    fill(this.#after, failure(err, () => this.#run()));
  }

  /** @param {Event} e */
  async #copy(e) {
    const button = /** @type {HTMLButtonElement} */ (e.currentTarget);
    const cited = [...this.#sources.values()].filter((s) => s.quote).map((s) => `[${s.n}] ${s.path}`);
    try {
      await navigator.clipboard.writeText([this.#text, ...cited].join('\n'));
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Not allowed by the browser';
    }
    setTimeout(() => (button.textContent = 'Copy'), 2000);
  }
}

/** A link that opens the source at its span. @param {Source} s @param {Record<string, string>} props @param {...(Node | string | false | undefined)} children */
function link(s, props, ...children) {
  return h('a', { ...props, href: fragment(s), 'data-quote': s.quote ?? s.text }, children);
}

/** @param {Source} s */
function source(s) {
  const where = [breadcrumb(s.heading), s.page ? `page ${s.page}` : ''].filter(Boolean).join(' · ');
  return h('li', { value: s.n },
    link(s, { class: 'source' },
      h('span', { class: 'n' }, String(s.n)),
      h('span', { class: 'what' },
        h('span', { class: 'title', dir: 'auto' }, s.title || fileName(s.path)),
        h('span', { class: 'where', dir: 'auto' }, [s.path, where].filter(Boolean).join(' · ')),
        h('q', { dir: 'auto' }, s.quote ?? s.text ?? ''))));
}

/** @param {Answer} a @param {number} took ms */
function facts(a, took) {
  const until = time(a.complete_until);
  const tokens = (a.usage?.prompt_tokens ?? 0) + (a.usage?.completion_tokens ?? 0);
  return h('p', { class: 'facts' }, [
    h('span', {}, a.model === 'extractive' ? 'extractive: quoted, no model asked' : a.model),
    h('span', {}, `epoch ${count(a.epoch)}`),
    until && h('span', { title: 'Every change noticed before this time was seen by this answer.' }, `complete until ${moment(until)}`),
    h('span', {}, duration(took)),
    tokens > 0 && h('span', {}, `${count(tokens)} tokens`),
  ]);
}

customElements.define('answer-turn', AnswerTurn);
