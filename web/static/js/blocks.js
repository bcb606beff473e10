// A text in pieces that can be put into the page one by one.

import { isTail } from './spans.js';

/** @typedef {import('./api.js').Chunk} Chunk */
/** @typedef {{start: number, end: number, chunk: Chunk | null, first: boolean}} Block a stretch of the text in code units; first: a chunk begins here */

const longest = 3000; // code units in a block

/**
 * Cuts text where chunks begin and end, and so that no block is too long. Where
 * chunks overlap, a block belongs to the later one.
 *
 * @param {string} text
 * @param {Chunk[]} chunks
 * @param {import('./spans.js').Positions} positions
 * @returns {Block[]}
 */
export function cut(text, chunks, positions) {
  const spans = chunks.map((c) => ({ chunk: c, start: positions.units(c.start), end: positions.units(c.end) })).sort((a, b) => a.start - b.start);
  const points = [...new Set([0, ...spans.flatMap((s) => [s.start, s.end]), text.length])].sort((a, b) => a - b);
  const blocks = /** @type {Block[]} */ ([]);
  let next = 0;
  let open = /** @type {typeof spans} */ ([]);
  for (let i = 0; i + 1 < points.length; i++) {
    const at = points[i];
    while (next < spans.length && spans[next].start <= at) open.push(spans[next++]);
    open = open.filter((s) => s.end > at);
    const owner = open.at(-1);
    split(blocks, text, { start: at, end: points[i + 1], chunk: owner?.chunk ?? null, first: owner?.start === at });
  }
  return blocks;
}

/** Adds block in pieces that end at a line if possible, and never within a character. @param {Block[]} out @param {string} text @param {Block} block */
function split(out, text, block) {
  let { start, first } = block;
  while (block.end - start > longest) {
    const line = text.lastIndexOf('\n', start + longest - 1) + 1;
    let end = line > start ? line : start + longest;
    if (isTail(text, end)) end--;
    out.push({ ...block, start, end, first });
    start = end;
    first = false;
  }
  out.push({ ...block, start, first });
}
