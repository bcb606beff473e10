// What the checks say and share.

/** The document that the checks upload, with characters of two code units before what is asked. */
export const name = 'browser-test-lighthouse.md';
export const text = [
  '# Lighthouse rules 🗼',
  '🌊🌊 The lighthouse of Quillemport is painted every seventh year, and Marwenna Tregoss keeps its key.',
  '## Lamps',
  'The lamp of the Quillemport lighthouse burns 𝔯𝔞𝔭𝔢𝔰𝔢𝔢𝔡 oil and is lit one hour before sunset by the keeper.',
  'Nothing else is stored in the tower.',
].join('\n\n');
export const question = 'Which oil does the lamp of the Quillemport lighthouse burn?';
export const broken = 'browser-test-broken.bin';

/** @param {boolean} ok @param {string} message */
export function expect(ok, message) {
  if (!ok) throw new Error(message);
}

/** Waits until the panel shows a document, and returns the text that is marked. */
export async function marked(page) {
  await page.waitForSelector('document-panel mark');
  return (await page.locator('document-panel mark').allTextContents()).join('');
}

/** Returns the code points from start to end of the document, as the API has it. */
export async function slice(page, href) {
  const [, uri, start, end] = /#doc=([^&]*)&at=(\d+)-(\d+)$/.exec(href);
  const response = await page.request.get(`/v1/documents/get?uri=${uri}`);
  return [...(await response.json()).text].slice(Number(start), Number(end)).join('');
}

/** Whether the first element that selector names is within the part of scroller that is seen. */
export function seen(page, selector, scroller) {
  return page.evaluate(([s, c]) => {
    const r = document.querySelector(s).getBoundingClientRect();
    const v = document.querySelector(c).getBoundingClientRect();
    return r.top >= v.top - 1 && r.top < v.bottom && r.height > 0;
  }, [selector, scroller]);
}
