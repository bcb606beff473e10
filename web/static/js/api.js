// The HTTP API as functions. Every failure is an ApiError whose message can be
// shown to people.

import { events } from './sse.js';

/** @typedef {{n: number, uri: string, path: string, title?: string, page?: number, heading?: string[], start: number, end: number, chunk_id: string, quote?: string, text?: string, score?: number}} Source */
/** @typedef {{answer: string, found: boolean, citations: Source[] | null, model: string, usage?: {prompt_tokens?: number, completion_tokens?: number}, epoch: number, complete_until?: string}} Answer */
/** @typedef {{cosine: number, cosine_rank: number, bm25: number, bm25_rank: number}} Scores */
/** @typedef {{chunk_id: string, uri: string, path: string, title?: string, text: string, start: number, end: number, page?: number, heading?: string[] | null, kind: string, score: number, dist: number, scores: Scores}} Hit */
/** @typedef {{hits: Hit[] | null, epoch: number, complete_until?: string, degraded?: string, took_ms: number}} Results */
/** @typedef {{id: string, ordinal: number, kind: string, heading?: string[] | null, page?: number, start: number, end: number}} Chunk */
/** @typedef {{uri: string, source: string, path: string, title?: string, status: string, reason?: string, media_type?: string, language?: string, size: number, modified_at?: string, seen_at?: string, pages?: number, chars: number, chunks: number, warnings?: string[] | null, author?: string, parser?: string, parse_ms?: number, labels?: string[] | null, container?: string}} Doc */
/** @typedef {{uri: string, name: string, title?: string, status: string}} Part a document inside another one */
/** @typedef {Omit<Doc, 'chunks'> & {text: string, chunks: Chunk[] | null, parts?: Part[] | null, shown_pages?: number}} FullDoc */
/** @typedef {{name: string, kind: string, state: string, objects: number, last_listing?: string, error?: string, note?: string, documents: number, failed: number, pending: number, lag_ms?: number, lag_ns?: number}} SourceStatus */
/** @typedef {{documents: number, indexed: number, partial?: number, failed: number, pending: number, chunks: number, vectors: number, embedded: number, epoch: number, last_modified?: string, last_indexed?: string, complete_until?: string, embedder: string, model: string, changing?: string, trouble?: string[] | null}} Statistics */
/** @typedef {{statistics: Statistics, sources: SourceStatus[]}} Status */

/** A request that did not succeed: the server's own words, or that it cannot be reached. */
export class ApiError extends Error {
  /** @param {string} message @param {number} status @param {string} code @param {string} [field] */
  constructor(message, status, code, field) {
    super(message);
    this.status = status; // 0: no answer from the server
    this.code = code;
    this.field = field;
  }
}

const keyName = 'api-key';

/** Keeps the API key for this tab. @param {string} key */
export function setKey(key) {
  sessionStorage.setItem(keyName, key);
}

/** The headers that every request carries. @returns {Record<string, string>} */
export function credentials() {
  const key = sessionStorage.getItem(keyName);
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/**
 * Sends a request and returns the response if it is a good one. A refused key is
 * announced to the document as "key-needed".
 *
 * @param {string} path
 * @param {RequestInit} [init]
 */
export async function request(path, init = {}) {
  let response;
  try {
    response = await fetch(path, { ...init, headers: { ...credentials(), .../** @type {any} */ (init.headers) } });
  } catch (err) {
    if (init.signal?.aborted) throw err;
    throw new ApiError('The server cannot be reached.', 0, 'offline');
  }
  if (response.ok) return response;
  if (response.status === 401) document.dispatchEvent(new CustomEvent('key-needed'));
  throw toError(response.status, await response.text().catch(() => ''));
}

/** Reads the body of a refusal. @param {number} status @param {string} body */
export function toError(status, body) {
  try {
    const { error } = JSON.parse(body);
    if (typeof error?.message === 'string') return new ApiError(sentence(error), status, error.code, error.field);
  } catch {
    // Not from our API: a proxy's page, or Pathway's plain text.
  }
  const plain = body.length < 200 && !body.includes('<') ? body.trim() : '';
  return new ApiError(plain || `The server answered with status ${status}.`, status, 'unknown');
}

/** Makes a sentence that names the field, in the field's own spelling. @param {{message: string, field?: string}} error */
function sentence({ message, field }) {
  const named = !field || message.split(/[^\w]+/).includes(field);
  const whole = named ? message : `${field}: ${message}`;
  const first = field && whole.startsWith(field) ? whole : whole.charAt(0).toUpperCase() + whole.slice(1);
  return /[.!?]$/.test(first) ? first : first + '.';
}

/** @param {string} path @param {unknown} body @param {AbortSignal} [signal] */
function post(path, body, signal) {
  return request(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal });
}

/** @param {Record<string, unknown>} query @param {AbortSignal} [signal] @returns {Promise<Results>} */
export async function retrieve(query, signal) {
  return (await post('/v1/retrieve', { ...query, extended: true }, signal)).json();
}

/**
 * Asks, and yields the events of the answer as they come; the last is "done".
 *
 * @param {Record<string, unknown>} question
 * @param {AbortSignal} signal
 */
export async function* answer(question, signal) {
  const response = await request('/v1/answer', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
    body: JSON.stringify({ ...question, stream: true }),
    signal,
  });
  for await (const e of events(response)) {
    const data = JSON.parse(e.data);
    if (e.event === 'error') throw toError(response.status, e.data);
    yield { event: e.event, data };
    if (e.event === 'done') return;
  }
  throw new ApiError('The connection ended before the answer was complete.', 0, 'offline');
}

/** @param {Record<string, string>} query @param {AbortSignal} [signal] @returns {Promise<{documents: Doc[] | null, next: string}>} */
export async function documents(query, signal) {
  const set = Object.entries(query).filter(([, v]) => v !== '');
  return (await request('/v1/documents?' + new URLSearchParams(set), { signal })).json();
}

/** @param {string} uri @param {AbortSignal} [signal] @returns {Promise<FullDoc>} */
export async function getDocument(uri, signal) {
  return (await request('/v1/documents/get?' + new URLSearchParams({ uri }), { signal })).json();
}

/** Returns the picture of a page, from 1. @param {string} uri @param {number} page @param {AbortSignal} signal */
export async function pagePicture(uri, page, signal) {
  return (await request('/v1/pages?' + new URLSearchParams({ uri, page: String(page) }), { signal })).blob();
}

/** @param {string} uri @returns {Promise<{token: string}>} */
export async function deleteDocument(uri) {
  return (await request('/v1/documents?' + new URLSearchParams({ uri }), { method: 'DELETE' })).json();
}

/** Returns when the change behind token is searchable, however long that takes. @param {string} token @param {AbortSignal} [signal] */
export async function searchable(token, signal) {
  for (;;) {
    try {
      await request('/v1/wait?' + new URLSearchParams({ after: token }), { signal });
      return;
    } catch (err) {
      if (!(err instanceof ApiError) || err.status !== 504) throw err;
    }
  }
}

/** @param {unknown} data @returns {Status} */
export function toStatus(data) {
  const { statistics, sources } = /** @type {any} */ (data);
  return { statistics, sources: Array.isArray(sources) ? sources : sources?.sources ?? [] };
}

/**
 * Uploads one file and tells how much of it has been sent, from 0 to 1. (fetch
 * cannot tell that.)
 *
 * @param {string} path
 * @param {Blob} body
 * @param {(part: number) => void} progress
 * @param {AbortSignal} signal
 * @returns {Promise<{token: string, documents: {uri: string, token: string}[]}>}
 */
export function upload(path, body, progress, signal) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', '/v1/documents?' + new URLSearchParams({ path }));
    xhr.setRequestHeader('Content-Type', 'application/octet-stream');
    for (const [name, value] of Object.entries(credentials())) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total);
    xhr.onerror = () => reject(new ApiError('The file could not be sent: it cannot be read, or the server cannot be reached.', 0, 'offline'));
    xhr.onabort = () => reject(new DOMException('stopped', 'AbortError'));
    xhr.onload = () => {
      if (xhr.status < 300) resolve(JSON.parse(xhr.responseText));
      else reject(toError(xhr.status, xhr.responseText));
    };
    signal.addEventListener('abort', () => xhr.abort());
    xhr.send(body);
  });
}
