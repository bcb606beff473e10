import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cut } from '../../static/js/blocks.js';
import { locate } from '../../static/js/quote.js';
import { Positions } from '../../static/js/spans.js';

/** Cuts text with chunks given as pairs of code points. */
function blocks(text, spans) {
  const chunks = spans.map(([start, end], ordinal) => ({ id: String(ordinal), ordinal, kind: 'paragraph', start, end }));
  return cut(text, chunks, new Positions(text));
}
const pieces = (text, bs) => bs.map((b) => text.slice(b.start, b.end));

test('blocks are the chunks and what is between them', () => {
  const text = '# 🚀\n\none\n\ntwo';
  const bs = blocks(text, [[5, 8], [10, 13]]);
  assert.deepEqual(pieces(text, bs), ['# 🚀\n\n', 'one', '\n\n', 'two']);
  assert.deepEqual(bs.map((b) => b.chunk?.ordinal ?? null), [null, 0, null, 1]);
});

test('where chunks overlap the text is there once and belongs to the later one', () => {
  const text = 'abcdefgh';
  const bs = blocks(text, [[0, 5], [3, 8]]);
  assert.deepEqual(pieces(text, bs), ['abc', 'de', 'fgh']);
  assert.deepEqual(bs.map((b) => [b.chunk?.ordinal, b.first]), [[0, true], [1, true], [1, false]]);
});

test('a chunk within a chunk ends, and the outer one goes on', () => {
  const bs = blocks('abcdef', [[0, 6], [2, 4]]);
  assert.deepEqual(bs.map((b) => [b.chunk?.ordinal, b.first]), [[0, true], [1, true], [0, false]]);
});

test('no block is long, none is cut within a character, together they are the text', () => {
  for (const text of ['x'.repeat(20_000), '🚀'.repeat(10_000), 'a' + '🚀'.repeat(9_999), 'line\n'.repeat(5_000)]) {
    const got = pieces(text, blocks(text, [[0, 9_000]]));
    assert.equal(got.join(''), text);
    for (const p of got) assert.ok(p.length <= 3000 && p.isWellFormed(), `a block of ${p.length}`);
  }
});

test('a text without chunks, and no text at all', () => {
  assert.deepEqual(pieces('abc', blocks('abc', [])), ['abc']);
  assert.deepEqual(blocks('', []), []);
});

test('a quote is where it was, or where it is now, or gone', () => {
  const place = (start, end, quote) => ({ uri: 'u', start, end, quote });
  const text = '🚀 the key, the lock, the key';
  const find = (p) => locate(text, new Positions(text), p).span;
  assert.deepEqual(find(place(2, 9, 'the key')), { start: 3, end: 10 });
  assert.deepEqual(find(place(20, 27, 'the key')), { start: 22, end: 29 });
  assert.deepEqual(find(place(4, 11, 'the key')), { start: 3, end: 10 });
  assert.equal(find(place(2, 9, 'a door')), null);
  assert.equal(find(place(-1, -1)), null);
});
