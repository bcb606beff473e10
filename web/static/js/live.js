// Follows the state of the server for as long as the tab is open. One connection
// serves every part of the page.

import { ApiError, request, toStatus } from './api.js';
import { events } from './sse.js';

const firstPause = 1000; // ms; doubles up to
const longestPause = 15_000;
const silence = 45_000; // ms without even a heartbeat: the connection is dead

/** @typedef {import('./api.js').Status} Status */

class Live extends EventTarget {
  /** The last that was heard. @type {Status | null} */
  status = null;
  /** Whether the server is heard now. */
  connected = false;
  /** Why it is not. */
  problem = '';
  #wake = () => {};

  /** Follows forever. */
  async run() {
    for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
      try {
        await this.#follow(() => (pause = firstPause));
        this.#lost('The connection to the server was lost.');
      } catch (err) {
        this.#lost(err instanceof ApiError ? err.message : 'The connection to the server was lost.');
      }
      await this.#sleep(pause);
    }
  }

  /** Tries to connect now. */
  retry() {
    this.#wake();
  }

  /** @param {() => void} heard */
  async #follow(heard) {
    const stop = new AbortController();
    let timer = setTimeout(() => stop.abort(), silence);
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), silence);
    };
    try {
      const response = watch(await request('/v1/events', { headers: { Accept: 'text/event-stream' }, signal: stop.signal }), alive);
      for await (const e of events(response)) {
        if (e.event !== 'status') continue;
        heard();
        this.#tell(toStatus(JSON.parse(e.data)));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {Status} status */
  #tell(status) {
    this.status = status;
    this.connected = true;
    this.problem = '';
    this.dispatchEvent(new Event('change'));
  }

  /** @param {string} problem */
  #lost(problem) {
    this.connected = false;
    this.problem = problem;
    this.dispatchEvent(new Event('change'));
  }

  /** @param {number} ms @returns {Promise<void>} */
  #sleep(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Calls alive at every piece of the response, comments too. @param {Response} response @param {() => void} alive */
function watch(response, alive) {
  const tap = new TransformStream({
    transform(piece, out) {
      alive();
      out.enqueue(piece);
    },
  });
  return new Response(response.body?.pipeThrough(tap));
}

/** What is known of the server now. */
export const live = new Live();

/**
 * Calls f now and at each change while e is in the page.
 *
 * @param {HTMLElement} e
 * @param {() => void} f
 */
export function follow(e, f) {
  live.addEventListener('change', () => e.isConnected && f());
  f();
}
