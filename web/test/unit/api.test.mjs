import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toError, toStatus } from '../../static/js/api.js';

const said = (status, body) => toError(status, typeof body === 'string' ? body : JSON.stringify(body)).message;

test('a refusal is shown as a sentence that names the field', () => {
  assert.equal(said(400, { error: { code: 'bad_request', message: '-1 is too small', field: 'k' } }), 'k: -1 is too small.');
  assert.equal(said(400, { error: { code: 'bad_request', message: 'k: must be positive', field: 'k' } }), 'k: must be positive.');
  assert.equal(said(404, { error: { code: 'not_found', message: 'there is no such document' } }), 'There is no such document.');
});

test("what is not the API's form is shown if it can be read", () => {
  assert.equal(said(400, '400: `query` is required'), '400: `query` is required');
  assert.equal(said(502, '<html>Bad Gateway</html>'), 'The server answered with status 502.');
  assert.equal(said(500, ''), 'The server answered with status 500.');
  assert.equal(said(500, 'null'), 'null');
});

test('sources come as a list, wrapped or not', () => {
  const statistics = { documents: 1 };
  assert.deepEqual(toStatus({ statistics, sources: [{ name: 'a' }] }).sources, [{ name: 'a' }]);
  assert.deepEqual(toStatus({ statistics, sources: { sources: [{ name: 'a' }] } }).sources, [{ name: 'a' }]);
  assert.deepEqual(toStatus({ statistics }).sources, []);
});
