import assert from 'node:assert/strict';
import { test } from 'node:test';
import { breadcrumb, duration, fileName, pageName, plural, score, since, size, time } from '../../static/js/format.js';

test('sizes', () => {
  assert.deepEqual([-1, 0, 999, 1000, 1_500, 660_015, 9_400_123, 5e9].map(size), ['–', '0 B', '999 B', '1 kB', '1.5 kB', '660 kB', '9.4 MB', '5 GB']);
});

test('durations', () => {
  assert.deepEqual([0.2, 12.4, 999, 8400, 125_000, 5_400_000].map(duration), ['<1 ms', '12 ms', '999 ms', '8.4 s', '2 min 5 s', '1.5 h']);
});

test('times that are none', () => {
  assert.deepEqual([undefined, '', 'soon', '0001-01-01T00:00:00Z'].map(time), [null, null, null, null]);
});

test('how long ago', () => {
  const now = new Date('2030-01-02T00:00:00Z');
  const at = (s) => since(new Date(now.getTime() - s * 1000), now);
  assert.deepEqual([2, 20, 300, 86_400].map(at), ['just now', '20 seconds ago', '5 minutes ago', 'yesterday']);
});

test('file names', () => {
  assert.deepEqual(['a/b.md', 'b.md', 'a/', ''].map(fileName), ['b.md', 'b.md', 'a/', '']);
});

test('words', () => {
  assert.deepEqual([plural(1, 'passage'), plural(1234, 'passage'), breadcrumb(['A', 'B']), breadcrumb(null), score(0.5), score(12.34)],
    ['1 passage', '1,234 passages', 'A › B', '', '0.500', '12.3']);
});

test('pages are called by their number, and as the document calls them', () => {
  const labels = ['i', '2', ''];
  assert.deepEqual([1, 2, 3, 4].map((n) => pageName(n, labels, 1200)), ['Page 1 (i) of 1,200', 'Page 2 of 1,200', 'Page 3 of 1,200', 'Page 4 of 1,200']);
});
