// Search: hits with both scores, words marked, the document at the passage.

import { expect, marked, slice } from './expect.mjs';

export const checks = {
  async 'a search shows passages with both scores'(page) {
    await page.goto('/search');
    await page.getByRole('searchbox', { name: 'Search' }).fill('Quillemport lighthouse lamp');
    await page.keyboard.press('Enter');
    const hit = page.locator('.hit').first();
    await hit.waitFor();
    const words = (await hit.locator('.passage mark').allTextContents()).map((w) => w.toLowerCase());
    expect(['quillemport', 'lighthouse'].every((w) => words.includes(w)), `marked are ${words}`);
    const scores = await hit.locator('.scores').innerText();
    expect(/Score/.test(scores) && /Meaning/.test(scores) && /Words/.test(scores), `scores are ${scores}`);
    expect(page.url().includes('q=Quillemport'), 'the address does not hold the search');
  },

  async 'a hit opens its document with exactly the passage marked'(page) {
    await page.goto('/search?q=Quillemport+lamp&k=3');
    const link = page.locator('.hit h2 a').first();
    const { text, href } = await link.evaluate((a) => ({ text: a.dataset.quote, href: a.href }));
    await link.click();
    const got = await marked(page);
    expect(got === text, `marked is ${JSON.stringify(got)}, the passage is ${JSON.stringify(text)}`);
    expect(got === (await slice(page, href)), 'the passage is not at its span');
  },

  async 'each way to search can be chosen'(page) {
    await page.goto('/search?q=Quillemport+lamp');
    await page.locator('.hit').first().waitFor();
    for (const leg of ['vector', 'bm25']) {
      const asked = page.waitForRequest((r) => r.url().endsWith('/v1/retrieve'));
      await page.getByLabel('Search by').selectOption(leg);
      expect((await asked).postDataJSON().leg === leg, `${leg} was not asked for`);
      await page.locator('.results[aria-busy="false"] .hit').first().waitFor();
    }
  },

  async 'a k that is refused is named'(page) {
    await page.goto('/search?q=lamp');
    await page.locator('search-page .facts span').first().waitFor();
    await page.evaluate(() => document.querySelector('[name=k]').removeAttribute('min'));
    await page.getByLabel('Results').fill('-1');
    await page.keyboard.press('Enter');
    expect(/k\b/.test(await page.getByRole('alert').textContent()), 'k is not named');
  },

  async 'a search that finds nothing says so'(page) {
    await page.goto('/search?k=0&q=lamp');
    await page.getByText('Nothing was found').waitFor();
  },
};

export const allow = [/400 \(Bad Request\)/];
