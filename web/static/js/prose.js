// Shows an answer: paragraphs, lists, code and emphasis as models write them, and
// marks [1] or [1, 2] as buttons. Everything else stays text.

import { h } from './dom.js';

/** @typedef {(n: number) => (HTMLElement | null)} Mark makes the button of a mark; null if it names nothing */

/**
 * @param {string} text
 * @param {Mark} mark
 * @returns {HTMLElement[]}
 */
export function prose(text, mark) {
  const out = /** @type {HTMLElement[]} */ ([]);
  for (const [i, part] of text.split(/^```.*$/m).entries()) {
    if (i % 2 === 1) out.push(h('pre', {}, h('code', {}, part.replace(/^\n|\n$/g, ''))));
    else out.push(...part.split(/\n{2,}/).filter((p) => p.trim()).flatMap((p) => block(p, mark)));
  }
  return out;
}

/** @param {string} text @param {Mark} mark @returns {HTMLElement[]} */
function block(text, mark) {
  const lines = text.replace(/^\n+|\s+$/g, '').split('\n');
  const out = /** @type {HTMLElement[]} */ ([]);
  let plain = /** @type {string[]} */ ([]);
  const flush = () => {
    if (plain.length) out.push(h('p', { dir: 'auto' }, inline(plain.join('\n'), mark)));
    plain = [];
  };
  for (const line of lines) {
    const item = /^\s*(?:[-*•]|(\d{1,3})[.)])\s+(.*)$/.exec(line);
    const head = /^#{1,6}\s+(.*)$/.exec(line);
    if (!item && !head) {
      plain.push(line);
      continue;
    }
    flush();
    if (head) out.push(h('p', { class: 'subhead', dir: 'auto' }, inline(head[1], mark)));
    else if (item) list(out, item[1] ? 'ol' : 'ul').append(h('li', { dir: 'auto', value: item[1] }, inline(item[2], mark)));
  }
  flush();
  return out;
}

/** The list at the end of out, which is begun if there is none. @param {HTMLElement[]} out @param {'ul' | 'ol'} tag */
function list(out, tag) {
  const last = out.at(-1);
  if (last?.localName === tag) return last;
  const e = h(tag);
  out.push(e);
  return e;
}

const token = /(\[\d{1,3}(?:\s*,\s*\d{1,3})*\])|`([^`\n]+)`|\*\*([^*\n]+)\*\*/g;

/** @param {string} text @param {Mark} mark @returns {(Node | string)[]} */
function inline(text, mark) {
  const out = /** @type {(Node | string)[]} */ ([]);
  let at = 0;
  for (const m of text.matchAll(token)) {
    out.push(text.slice(at, m.index));
    if (m[1]) out.push(...marks(m[1], mark));
    else out.push(m[2] ? h('code', {}, m[2]) : h('strong', {}, inline(m[3], mark)));
    at = m.index + m[0].length;
  }
  out.push(text.slice(at));
  return out;
}

/** @param {string} text as in "[1, 2]" @param {Mark} mark @returns {(Node | string)[]} */
function marks(text, mark) {
  const made = [...text.matchAll(/\d+/g)].map((m) => mark(Number(m[0])));
  return made.every((e) => e !== null) ? made : [text];
}
