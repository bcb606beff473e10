// Numbers and times as people read them.

const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' });
const ago = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** @param {number} n */
export function count(n) {
  return whole.format(n);
}

/** "1 document", "2 documents". @param {number} n @param {string} word */
export function plural(n, word) {
  return `${count(n)} ${word}${n === 1 ? '' : 's'}`;
}

/** @param {number} n bytes; negative if not known */
export function size(n) {
  if (n < 0) return '–';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let i = 0;
  for (; n >= 1000 && i < units.length - 1; i++) n /= 1000;
  return `${n < 10 && i > 0 ? short.format(n) : whole.format(Math.round(n))} ${units[i]}`;
}

/** @param {number} ms */
export function duration(ms) {
  if (ms < 1) return '<1 ms';
  if (ms < 1000) return `${whole.format(Math.round(ms))} ms`;
  if (ms < 60_000) return `${short.format(ms / 1000)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
  return `${short.format(ms / 3_600_000)} h`;
}

/** Reads the API's time; null where there is none. @param {string | undefined} text */
export function time(text) {
  if (!text) return null;
  const t = new Date(text);
  return Number.isNaN(t.getTime()) || t.getFullYear() < 1970 ? null : t;
}

/** The time of day if it is today's, else with the date. @param {Date} t @param {Date} [now] */
export function moment(t, now = new Date()) {
  return t.toDateString() === now.toDateString() ? clock.format(t) : date.format(t);
}

/** "5 minutes ago". @param {Date} t @param {Date} [now] */
export function since(t, now = new Date()) {
  const s = (t.getTime() - now.getTime()) / 1000;
  /** @type {[Intl.RelativeTimeFormatUnit, number][]} */
  const units = [['year', 31_536_000], ['month', 2_592_000], ['day', 86_400], ['hour', 3600], ['minute', 60]];
  for (const [unit, length] of units) {
    if (Math.abs(s) >= length) return ago.format(Math.trunc(s / length), unit);
  }
  return Math.abs(s) < 5 ? 'just now' : ago.format(Math.trunc(s), 'second');
}

/** @param {number} n a score */
export function score(n) {
  return n.toFixed(n >= 10 ? 1 : 3);
}

/** The last part of a path. @param {string} path */
export function fileName(path) {
  return path.split('/').at(-1) || path;
}

/** "Guide › Install". @param {string[] | null | undefined} heading */
export function breadcrumb(heading) {
  return (heading ?? []).join(' › ');
}

/**
 * "Page 3 of 12", with the name that the document gives it if that is another.
 *
 * @param {number} page
 * @param {string[]} labels
 * @param {number} last
 */
export function pageName(page, labels, last) {
  const label = labels[page - 1];
  const named = label && label !== String(page) ? ` (${label})` : '';
  return `Page ${count(page)}${named} of ${count(last)}`;
}
