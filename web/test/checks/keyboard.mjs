// Everything can be done without a mouse.

import { expect } from './expect.mjs';

export const checks = {
  async 'g and a letter go to each page, / to its box'(page) {
    await page.goto('/sources');
    await page.locator('sources-page h1').waitFor();
    for (const [key, path, box] of [['s', '/search', 'q'], ['d', '/documents', 'q'], ['o', '/sources', ''], ['a', '/', 'prompt']]) {
      await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await page.waitForURL((u) => u.pathname === path);
      if (!box) continue;
      await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement)?.blur());
      await page.keyboard.press('/');
      const focused = await page.evaluate(() => document.activeElement?.getAttribute('name'));
      expect(focused === box, `/ on ${path} goes to ${focused}`);
    }
  },

  async 'keys typed into a field are text'(page) {
    await page.goto('/search');
    await page.getByRole('searchbox', { name: 'Search' }).focus();
    await page.keyboard.type('g/do?');
    expect((await page.getByRole('searchbox', { name: 'Search' }).inputValue()) === 'g/do?', 'keys were taken');
    expect(new URL(page.url()).pathname === '/search', 'the page was left');
  },

  async '? lists the shortcuts, Esc closes the list'(page) {
    await page.goto('/sources');
    await page.locator('sources-page h1').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  },

  async 'the first Tab offers to skip to the content, and focus is seen'(page) {
    await page.goto('/sources');
    await page.locator('sources-page h1').waitFor();
    await page.keyboard.press('Tab');
    expect((await page.evaluate(() => document.activeElement.textContent)) === 'Skip to the content', 'it does not');
    for (let i = 0; i < 8; i++) {
      await page.keyboard.press('Tab');
      const line = await page.evaluate(() => {
        const s = getComputedStyle(document.activeElement);
        return document.activeElement === document.body || (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1);
      });
      expect(line, `focus ${i} cannot be seen`);
    }
  },

  async 'n and p go through the passages of a document'(page) {
    await page.goto('/search?q=Quillemport');
    await page.locator('.hit h2 a').first().click();
    await page.locator('document-panel mark').waitFor();
    await page.keyboard.press('p');
    await page.keyboard.press('p');
    await page.keyboard.press('p');
    await page.locator('.position', { hasText: 'Passage 1 of' }).waitFor();
  },

  async 'the theme button goes through all three and is remembered'(page) {
    await page.goto('/');
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const automatic = await paper();
    await page.getByRole('button', { name: 'Theme: auto' }).click();
    expect((await paper()) === automatic, 'light is not what a light system shows');
    await page.getByRole('button', { name: 'Theme: light' }).click();
    const dark = await paper();
    expect(dark !== automatic, 'dark is not dark');
    await page.reload();
    expect((await paper()) === dark, 'the choice was forgotten');
  },
};
