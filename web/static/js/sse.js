// Server-sent events over fetch: unlike EventSource it can post a question, send
// a key, and see why the server refused.

/** @typedef {{event: string, data: string, id: string}} ServerEvent */

/**
 * A Parser takes the text of a stream in pieces, cut anywhere, and returns the
 * events that each piece completes.
 */
export class Parser {
  #rest = '';
  #data = /** @type {string[]} */ ([]);
  #event = '';
  #id = '';

  /** @param {string} piece @returns {ServerEvent[]} */
  push(piece) {
    let text = this.#rest + piece;
    this.#rest = '';
    // A lone CR at the end may be half of a CRLF: it waits for the next piece.
    if (text.endsWith('\r')) {
      this.#rest = '\r';
      text = text.slice(0, -1);
    }
    const lines = text.split(/\r\n|\n|\r/);
    this.#rest = lines.pop() + this.#rest;
    return lines.flatMap((line) => this.#line(line));
  }

  /** @param {string} line @returns {ServerEvent[]} */
  #line(line) {
    if (line === '') return this.#dispatch();
    const [, name, value] = /** @type {RegExpExecArray} */ (/^([^:]*)(?:: ?)?([^]*)$/.exec(line));
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id') this.#id = value;
    return []; // comments have an empty name; other fields mean nothing here
  }

  #dispatch() {
    const e = { event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id };
    const any = this.#data.length > 0;
    this.#data = [];
    this.#event = '';
    return any ? [e] : [];
  }
}

/**
 * Yields the events of a response until it ends.
 *
 * @param {Response} response
 * @returns {AsyncGenerator<ServerEvent>}
 */
export async function* events(response) {
  if (!response.body) return;
  const parser = new Parser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.push(value);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
