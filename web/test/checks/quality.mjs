// On every page: names for whatever can be operated, landmarks, contrast, room.

import { expect, question } from './expect.mjs';

const places = ['/', '/search?q=lighthouse', '/documents', '/sources', '/documents?q=browser-test-light#doc=uploads%3Abrowser-test-lighthouse.md'];
/** Documents with pictures of pages, and with others inside; a real server does not have them. */
const faked = [...places, '/documents?q=tide#doc=archive%3Areports%2Ftide-tables.pdf', '/documents?q=offer#doc=archive%3Amail%2Foffer.eml'];

export const checks = {
  async 'every control has a name, every page its landmarks'(page, { fake }) {
    for (const place of fake ? faked : places) {
      await load(page, place);
      const wrong = await page.evaluate(audit);
      expect(wrong.length === 0, `${place}: ${wrong.join('; ')}`);
    }
  },

  async 'text has enough contrast, light and dark'(page, { fake }) {
    for (const scheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: scheme });
      for (const place of fake ? faked : places) {
        await load(page, place);
        const pale = await page.evaluate(contrast);
        expect(pale.length === 0, `${place} ${scheme}: ${pale.slice(0, 4).join('; ')}`);
      }
    }
    await page.goto('/');
    await page.getByRole('textbox', { name: 'Question' }).fill(question);
    await page.keyboard.press('Enter');
    await page.locator('.prose[aria-busy="false"] .mark').first().waitFor();
    const pale = await page.evaluate(contrast);
    expect(pale.length === 0, `the answer: ${pale.slice(0, 4).join('; ')}`);
  },

  async 'a narrow screen needs no sideways scrolling'(page, { fake }) {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const place of fake ? faked : places) {
      await load(page, place);
      const wide = await page.evaluate(() => [...document.querySelectorAll('body *')]
        .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(e).position !== 'absolute')
        .map((e) => `${e.localName}.${e.className}`));
      expect(wide.length === 0, `${place}: ${wide.slice(0, 4)}`);
    }
  },
};

async function load(page, place) {
  await page.goto('about:blank');
  await page.goto(place);
  await page.locator('status-bar').getByText(/epoch|passage/).first().waitFor({ state: 'attached' });
  await page.locator('.hit, document-table tbody tr, .card, .lead:not(:empty)').first().waitFor({ state: 'attached' });
  if (place.includes('#doc')) await page.locator('document-panel .text > span').first().waitFor();
}

/** Runs in the page. */
function audit() {
  const wrong = [];
  const visible = (e) => e.checkVisibility() && !e.closest('[inert]');
  const text = (e) => e && (e.getAttribute('aria-label') || e.innerText || '').trim();
  const name = (e) => text(e) || [...(e.labels ?? [])].map(text).join(' ').trim();
  for (const e of document.querySelectorAll('a, button, input, select, textarea, progress, [role=region]')) {
    if (visible(e) && !name(e)) wrong.push(`${e.localName} ${e.className} has no name`);
  }
  for (const e of document.querySelectorAll('img')) if (!e.hasAttribute('alt')) wrong.push('an image without alt');
  for (const e of document.querySelectorAll('th')) if (!e.scope) wrong.push('a table header without scope');
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  for (const id of new Set(ids.filter((x, i) => ids.indexOf(x) !== i))) wrong.push(`id ${id} twice`);
  for (const [what, n] of [['main', 1], ['main h1', 1], ['header.top', 1], ['nav[aria-label]', 1], ['footer', 1], ['[aria-current=page]', 1]]) {
    if (document.querySelectorAll(what).length < n) wrong.push(`no ${what}`);
  }
  if (!document.documentElement.lang) wrong.push('no language');
  if (!document.title) wrong.push('no title');
  let level = 0;
  for (const e of document.querySelectorAll('main :is(h1, h2, h3, h4)')) {
    if (!visible(e)) continue;
    if (Number(e.localName[1]) > level + 1) wrong.push(`${e.localName} after h${level}`);
    level = Number(e.localName[1]);
  }
  return wrong;
}

/** Runs in the page: texts whose contrast is below AA. */
function contrast() {
  const parse = (c) => {
    const n = c.match(/[\d.]+/g).map(Number);
    return c.startsWith('color(') ? [...n.slice(0, 3).map((x) => x * 255), n[3] ?? 1] : [n[0], n[1], n[2], n[3] ?? 1];
  };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const ground = (e) => {
    const layers = [];
    for (let x = e; x; x = x.parentElement) layers.push(parse(getComputedStyle(x).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const pale = [];
  for (const e of document.querySelectorAll('body *')) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility() || e.closest('.hidden, .skip, noscript, option')) continue;
    const style = getComputedStyle(e);
    const under = ground(e);
    const [a, b] = [light(over(parse(style.color), under)), light(under)].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) pale.push(`${e.localName}.${e.className} "${e.textContent.slice(0, 20)}" ${ratio.toFixed(2)}`);
  }
  return pale;
}
