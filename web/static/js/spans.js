// The API counts characters as Unicode code points; strings here are UTF-16. Each
// code point above U+FFFF makes the two counts drift apart by one.

const step = 1024; // code units between two remembered positions

/** Converts positions in one text. Building it reads the text once. */
export class Positions {
  #text;
  /** Code points before every step-th code unit; null when the counts agree. @type {Uint32Array | null} */
  #marks = null;
  /** The last answer of units: spans are mostly asked for in order. */
  #last = { point: 0, unit: 0 };

  /** @param {string} text */
  constructor(text) {
    this.#text = text;
    if (!/[\ud800-\udbff]/.test(text)) return;
    this.#marks = new Uint32Array(Math.floor(text.length / step) + 1);
    let points = 0;
    for (let i = 0; i < text.length; i++) {
      if (i % step === 0) this.#marks[i / step] = points;
      if (!isTail(text, i)) points++;
    }
  }

  /** Returns the position in code units of the point-th code point, at most the end. @param {number} point */
  units(point) {
    const text = this.#text;
    if (!this.#marks) return Math.min(Math.max(point, 0), text.length);
    const mark = this.#before(point);
    let i = mark * step;
    if (isTail(text, i)) i++; // its head was counted before the mark
    let points = this.#marks[mark];
    if (this.#last.point <= point && this.#last.unit > i) ({ unit: i, point: points } = this.#last);
    for (; i < text.length && points < point; points++) i += isTail(text, i + 1) ? 2 : 1;
    this.#last = { point: points, unit: i };
    return i;
  }

  /** The last mark with at most this many code points before it. @param {number} point */
  #before(point) {
    const marks = /** @type {Uint32Array} */ (this.#marks);
    let low = 0;
    let high = marks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (marks[middle] <= point) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Returns the number of code points before a position in code units. @param {number} unit */
  points(unit) {
    if (!this.#marks) return unit;
    const mark = Math.min(Math.floor(unit / step), this.#marks.length - 1);
    let points = this.#marks[mark];
    for (let i = mark * step; i < unit; i++) if (!isTail(this.#text, i)) points++;
    return points;
  }
}

/** Whether unit i is the second half of a code point. @param {string} text @param {number} i */
export function isTail(text, i) {
  const c = text.charCodeAt(i);
  if (!(c >= 0xdc00 && c <= 0xdfff) || i === 0) return false;
  const before = text.charCodeAt(i - 1);
  return before >= 0xd800 && before <= 0xdbff;
}
