import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTail, Positions } from '../../static/js/spans.js';

const samples = {
  'plain': 'abc'.repeat(2000),
  'nothing': '',
  'all wide': '🚀'.repeat(3000),
  'a wide one across a mark': 'x'.repeat(1023) + '🚀' + 'y'.repeat(5000) + '𝔞',
  'mixed': 'a🚀é\r\n𝔞𝔟 سلام '.repeat(900),
};

for (const [name, text] of Object.entries(samples)) {
  test(`positions agree with counting code points: ${name}`, () => {
    const points = [...text];
    const starts = [0];
    for (const p of points) starts.push(starts.at(-1) + p.length);
    const forward = new Positions(text);
    for (let i = 0; i <= points.length; i++) assert.equal(forward.units(i), starts[i], `at ${i}`);
    const positions = new Positions(text);
    for (let n = 0, i = 0; n < 4000; n++, i = (i * 7919 + 104729) % (points.length + 1)) {
      assert.equal(positions.units(i), starts[i], `at ${i}`);
      assert.equal(positions.points(starts[i]), i, `back from ${i}`);
    }
  });
}

test('a position beyond the end is the end', () => {
  assert.equal(new Positions('a🚀').units(99), 3);
  assert.equal(new Positions('ab').units(99), 2);
});

test('only the second half of a pair is a tail', () => {
  assert.deepEqual([0, 1, 2].map((i) => isTail('🚀a', i)), [false, true, false]);
  assert.equal(isTail('\udc00', 0), false);
});
