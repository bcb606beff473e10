// Takes a picture of every page: light, dark, and at the width of a phone.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

const looks = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
};

/** How each page gets to what is worth seeing. */
const scenes = {
  ask: (page) => page.goto('/'),
  answer: (page) => ask(page, 'How many days of paid holiday are there, and can they be carried into the next year?'),
  citation: async (page) => {
    await ask(page, 'How many days of paid holiday are there, and can they be carried into the next year?');
    await page.locator('.source').first().click();
    await page.locator('document-panel mark').first().waitFor();
  },
  unfound: (page) => ask(page, 'Xylographquintessence?'),
  search: (page) => page.goto('/search?q=paid+holiday+lead+passwords'),
  documents: (page) => page.goto('/documents'),
  failed: (page) => page.goto('/documents?status=failed'),
  document: async (page) => {
    await page.goto('/documents?q=guides');
    await page.locator('tbody a').first().click();
    await page.locator('document-panel summary', { hasText: 'Details' }).click();
    await page.getByLabel('Outline passages').click();
  },
  page: async (page) => {
    await page.goto('/search?q=Quernmouth');
    await page.locator('.hit a').first().click();
    await page.locator('document-panel mark').first().waitFor();
  },
  inside: (page) => page.goto('/documents?q=offer#doc=archive%3Amail%2Foffer.eml'),
  sources: (page) => page.goto('/sources'),
};

async function ask(page, prompt) {
  await page.goto('/');
  await page.getByRole('textbox', { name: 'Question' }).fill(prompt);
  await page.keyboard.press('Enter');
  await page.locator('answer-turn .after .facts').waitFor();
}

/** @param {string} folder is made if need be */
export async function shoot(browser, base, folder) {
  mkdirSync(folder, { recursive: true });
  for (const [look, options] of Object.entries(looks)) {
    for (const [scene, go] of Object.entries(scenes)) {
      const tab = await browser.tab(base, [], options);
      try {
        await go(tab.page);
        await tab.page.waitForTimeout(400);
        await tab.page.screenshot({ path: join(folder, `${scene}-${look}.png`) });
      } catch (err) {
        console.log(`no picture of ${scene} ${look}: ${err.message.split('\n')[0]}`);
      }
      await tab.close();
    }
  }
}
