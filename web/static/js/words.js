// Finds the words of a query in a text, in any script.

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
const common = new Set(('a an and are as at be been but by can could did do does for from had has have how i if in is it its me my ' +
  'of on or our shall should so than that the their them there they this to was we were what when where which who why will with would you your').split(' '));

/** @param {string} text */
function words(text) {
  return [...segmenter.segment(text)].filter((s) => s.isWordLike);
}

/** Words that share all but their endings count as the same. @param {string} word */
function stem(word) {
  const w = word.toLowerCase().normalize('NFC');
  return w.length > 5 ? w.slice(0, Math.max(5, w.length - 3)) : w;
}

/** @param {string} a @param {string} b stems */
function alike(a, b) {
  return a === b || (Math.min(a.length, b.length) >= 5 && (a.startsWith(b) || b.startsWith(a)));
}

/**
 * Returns where the words of query stand in text: pairs of start and end in code
 * units, in order. Words that every text has are not looked for.
 *
 * @param {string} query
 * @param {string} text
 * @returns {[number, number][]}
 */
export function matches(query, text) {
  const all = words(query.slice(0, 2000)).map((w) => w.segment.toLowerCase());
  const rare = all.filter((w) => !common.has(w));
  const wanted = [...new Set((rare.length ? rare : all).map(stem))];
  if (wanted.length === 0) return [];
  return words(text)
    .filter((w) => wanted.some((q) => alike(q, stem(w.segment))))
    .map((w) => [w.index, w.index + w.segment.length]);
}
