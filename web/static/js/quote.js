// Finds a quote in a document that may have changed since it was quoted.

/** @typedef {import('./router.js').Place} Place */

/**
 * Returns the span to mark, in code units, and what to say about it. Where the
 * quote does not stand at its span any more, the nearest place where it does is
 * taken.
 *
 * @param {string} text
 * @param {import('./spans.js').Positions} positions
 * @param {Place} to
 * @returns {{span: {start: number, end: number} | null, note: string}}
 */
export function locate(text, positions, to) {
  if (to.start < 0) return { span: null, note: '' };
  const span = { start: positions.units(to.start), end: positions.units(to.end) };
  if (!to.quote || text.slice(span.start, span.end) === to.quote) return { span, note: '' };
  const at = nearest(text, to.quote, span.start);
  if (at < 0) return { span: null, note: 'The document has changed since, and does not hold this passage any more.' };
  return { span: { start: at, end: at + to.quote.length }, note: 'The document has changed since; this is where the passage stands now.' };
}

/** @param {string} text @param {string} quote @param {number} at */
function nearest(text, quote, at) {
  const before = text.lastIndexOf(quote, at);
  const after = text.indexOf(quote, at);
  if (before < 0 || after < 0) return Math.max(before, after);
  return at - before <= after - at ? before : after;
}
