// Ask: the answer streams, its marks open the passage, failures are said.

import { expect, marked, question, seen, slice } from './expect.mjs';

async function askFor(page, prompt) {
  await page.goto('/');
  await page.getByRole('textbox', { name: 'Question' }).fill(prompt);
  await page.keyboard.press('Enter');
}

export const checks = {
  async 'an answer is streamed and cites'(page) {
    await askFor(page, question);
    await page.locator('.prose[aria-busy="false"] .mark').first().waitFor();
    const said = await page.locator('answer-turn .prose').textContent();
    expect(said.includes('𝔯𝔞𝔭𝔢𝔰𝔢𝔢𝔡'), `the answer is ${said}`);
    const facts = await page.locator('answer-turn .facts').textContent();
    expect(/epoch \d/.test(facts) && /complete until/.test(facts), `below the answer stands ${facts}`);
  },

  async 'a citation opens its document with exactly the quote marked'(page) {
    await askFor(page, question);
    await page.locator('section .source').first().waitFor();
    for (const link of await page.locator('section .source').all()) {
      const { quote, href } = await link.evaluate((a) => ({ quote: a.dataset.quote, href: a.href }));
      await link.click();
      await page.waitForURL((u) => u.href === href);
      const got = await marked(page);
      expect(got === quote, `marked is ${JSON.stringify(got)}, the quote is ${JSON.stringify(quote)}`);
      expect(got === (await slice(page, href)), 'the quote is not at its span');
      expect(await seen(page, 'document-panel mark', '.scroller'), 'the mark is not in view');
      await page.keyboard.press('Escape');
      await page.locator('document-panel').waitFor({ state: 'hidden' });
    }
  },

  async 'a mark in the answer does the same, and focus comes back'(page) {
    await askFor(page, question);
    const mark = page.locator('.prose[aria-busy="false"] .mark').first();
    const quote = await mark.getAttribute('data-quote');
    await mark.focus();
    await page.keyboard.press('Enter');
    expect((await marked(page)) === quote, 'another text is marked');
    await page.keyboard.press('Escape');
    await page.locator('document-panel').waitFor({ state: 'hidden' });
    expect(await mark.evaluate((e) => e === document.activeElement), 'the focus is lost');
  },

  async 'what the documents do not say looks different'(page) {
    await askFor(page, 'Xylographquintessence wobblefrotz?');
    await page.locator('answer-turn.unfound').getByText('Not found in the documents').waitFor();
  },

  async 'the answer can be copied with its sources'(page) {
    await askFor(page, question);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(/\[1\]/.test(copied) && copied.includes('browser-test-lighthouse.md'), `copied is ${copied}`);
  },

  async 'an answer can be stopped'(page, { fake }) {
    if (!fake) return page.goto('/'); // a real answer may be there too soon
    await askFor(page, 'Tell me slowly about the holiday');
    await page.locator('.prose p:not(.waiting)').first().waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped.').waitFor();
    const length = (await page.locator('.prose').textContent()).length;
    await page.getByRole('button', { name: 'Ask again' }).waitFor();
    expect(length < 5000 && (await page.locator('.prose').textContent()).length === length, 'it goes on');
  },

  async 'a model that does not answer is said plainly, with a retry'(page, { fake }) {
    if (!fake) return page.goto('/');
    await askFor(page, 'Is it broken?');
    await page.getByRole('alert').getByText('does not answer').waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  },

  async 'earlier answers stay while the tab is open'(page) {
    await askFor(page, question);
    await page.locator('.prose[aria-busy="false"]').waitFor();
    await page.getByRole('link', { name: 'Sources', exact: true }).click();
    await page.getByRole('link', { name: 'Ask', exact: true }).click();
    await page.locator('answer-turn').waitFor();
    await page.reload();
    await page.locator('ask-page').waitFor();
    expect((await page.locator('answer-turn').count()) === 0, 'the answer outlived the tab');
  },
};

export const allow = [/502 \(Bad Gateway\)/];
