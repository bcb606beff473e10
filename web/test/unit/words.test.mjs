import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matches } from '../../static/js/words.js';

const found = (query, text) => matches(query, text).map(([s, e]) => text.slice(s, e));

test('words are found in any case and with other endings', () => {
  assert.deepEqual(found('What is the HOLIDAY policy?', 'Holidays are a policy; the day is long.'), ['Holidays', 'policy']);
});

test('short words must be the same', () => {
  assert.deepEqual(found('car', 'A car, a carpet, a scar.'), ['car']);
});

test('words that every text has count only when there are no others', () => {
  assert.deepEqual(found('the cat', 'the cat'), ['cat']);
  assert.deepEqual(found('who are you', 'you and me'), ['you']);
});

test('other scripts have words too', () => {
  assert.deepEqual(found('الإجازة', 'من الإجازة المدفوعة'), ['الإجازة']);
  assert.ok(found('休暇', '有給休暇があります').length > 0);
});

test('a query without words finds nothing', () => {
  assert.deepEqual(found('?! 🎉', 'Anything? 🎉'), []);
});
