// One found passage.

import { h } from './dom.js';
import { breadcrumb, fileName, score } from './format.js';
import { fragment } from './router.js';
import { isTail } from './spans.js';
import { matches } from './words.js';

const longest = 900; // code units of a passage shown in the list

/**
 * @param {import('./api.js').Hit} x
 * @param {string} query
 * @param {number} best the best BM25 score of the list, the length of a whole bar
 */
export function hit(x, query, best) {
  const where = [breadcrumb(x.heading), x.page ? `page ${x.page}` : ''].filter(Boolean).join(' · ');
  return h('li', { class: 'hit' },
    h('article', {},
      h('h2', {}, h('a', { href: fragment(x), 'data-quote': x.text, dir: 'auto' }, x.title || fileName(x.path))),
      h('p', { class: 'where', dir: 'auto' }, [x.path, where].filter(Boolean).join(' · ')),
      h('p', { class: 'passage', dir: 'auto' }, emphasised(x.text, query))),
    h('dl', { class: 'scores' },
      h('div', { class: 'total' }, h('dt', {}, 'Score'), h('dd', {}, score(x.score))),
      leg('Meaning', 'vector', x.scores.cosine, x.scores.cosine_rank, x.scores.cosine),
      leg('Words', 'bm25', x.scores.bm25, x.scores.bm25_rank, best ? x.scores.bm25 / best : 0)));
}

/** @param {string} name @param {string} kind @param {number} value @param {number} rank 0: not in this leg's list @param {number} part of the bar */
function leg(name, kind, value, rank, part) {
  const bar = h('span', { class: `bar ${kind}`, 'aria-hidden': 'true' }, h('span'));
  /** @type {HTMLElement} */ (bar.firstChild).style.inlineSize = `${Math.min(Math.max(part, 0), 1) * 100}%`;
  return h('div', {}, h('dt', {}, name), h('dd', {}, bar, h('span', { class: 'value' }, score(value)),
    h('span', { class: 'rank', title: rank ? `number ${rank} of this leg's own list` : "not in this leg's own list" }, rank ? `#${rank}` : '–')));
}

/** @param {string} text @param {string} query */
function emphasised(text, query) {
  const found = matches(query, text);
  const from = begin(text, found[0]?.[0] ?? 0);
  let to = Math.min(text.length, from + longest);
  if (isTail(text, to)) to--;
  const out = /** @type {(Node | string)[]} */ (from > 0 ? ['… '] : []);
  let at = from;
  for (const [start, end] of found.filter(([s, e]) => s >= from && e <= to)) {
    out.push(text.slice(at, start), h('mark', {}, text.slice(start, end)));
    at = end;
  }
  return [...out, text.slice(at, to), to < text.length ? ' …' : ''];
}

/** Where to begin so that the first match is seen: at a word, if the text is too long to be shown. @param {string} text @param {number} first */
function begin(text, first) {
  if (text.length <= longest || first < longest / 2) return 0;
  const space = text.indexOf(' ', first - longest / 3);
  return space >= 0 && space < first ? space + 1 : first;
}
