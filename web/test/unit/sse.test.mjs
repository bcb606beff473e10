import assert from 'node:assert/strict';
import { test } from 'node:test';
import { events, Parser } from '../../static/js/sse.js';

const stream = ': hello\n\nevent: a\ndata: one\n\ndata: two\r\ndata:three\r\n\r\nid: 7\rdata\r\r\nevent: lost\n\ndata: {"x": "😀"}\n\n';
const want = [
  { event: 'a', data: 'one', id: '' },
  { event: 'message', data: 'two\nthree', id: '' },
  { event: 'message', data: '', id: '7' },
  { event: 'message', data: '{"x": "😀"}', id: '7' },
];

test('a stream means the same however it is cut', () => {
  for (let size = 1; size <= stream.length; size++) {
    const parser = new Parser();
    const got = [];
    for (let i = 0; i < stream.length; i += size) got.push(...parser.push(stream.slice(i, i + size)));
    assert.deepEqual(got, want, `in pieces of ${size}`);
  }
});

test('a character cut between two packets is put together', async () => {
  const bytes = new TextEncoder().encode('data: 😀\n\n');
  const body = new ReadableStream({ start(c) { for (const b of bytes) c.enqueue(Uint8Array.of(b)); c.close(); } });
  const got = [];
  for await (const e of events(new Response(body))) got.push(e.data);
  assert.deepEqual(got, ['😀']);
});

test('an event that was not completed is not told', async () => {
  const got = [];
  for await (const e of events(new Response('data: a\n\ndata: b'))) got.push(e.data);
  assert.deepEqual(got, ['a']);
});
