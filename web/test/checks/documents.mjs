// Documents: uploads, failures, pages, a very long text.

import { broken, expect, name, seen, text } from './expect.mjs';

export const checks = {
  async 'an upload becomes searchable'(page) {
    await page.goto('/documents');
    await page.setInputFiles('#upload', { name, mimeType: 'text/markdown', buffer: Buffer.from(text) });
    await page.locator('.uploads li.good').waitFor();
    await page.getByRole('link', { name, exact: true }).first().click();
    await page.locator('document-panel .text').getByText('Marwenna Tregoss').waitFor();
    expect((await page.locator('document-panel .text').textContent()).includes('🌊🌊'), 'the text has lost its emoji');
  },

  async 'a file that cannot be read fails with a reason'(page) {
    await page.goto('/documents');
    await page.setInputFiles('#upload', { name: broken, mimeType: 'application/octet-stream', buffer: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1, 2, 3, 0xff, 0xfe]) });
    await page.locator('.uploads li.bad .state').waitFor();
    const said = await page.locator('.uploads li.bad .state').textContent();
    expect(said.length > 5, `the upload says ${JSON.stringify(said)}`);
    await page.getByRole('button', { name: /^Failed/ }).click();
    await page.waitForURL(/status=failed/);
    const row = page.locator('document-table tr', { hasText: broken });
    await row.waitFor();
    expect((await row.locator('.chip').textContent()) === 'failed', 'the chip does not say failed');
    expect((await row.locator('.reason').textContent()).length > 5, 'no reason is shown');
    await row.getByRole('link').click();
    await page.locator('document-panel .note.bad').waitFor();
  },

  async 'dropped files are taken'(page, { fake }) {
    if (!fake) return page.goto('/documents'); // one upload is enough for a real server
    await page.goto('/documents');
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File(['dropped text about walruses'], 'dropped.txt', { type: 'text/plain' }));
      const target = document.querySelector('documents-page');
      target.dispatchEvent(new DragEvent('dragover', { dataTransfer: data, bubbles: true, cancelable: true }));
      target.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    });
    await page.locator('.uploads li.good', { hasText: 'dropped.txt' }).waitFor();
  },

  async 'the filter box and the tabs select, and their address can be opened again'(page) {
    await page.goto('/documents');
    await page.getByRole('searchbox', { name: 'Filter by path or title' }).fill('browser-test-light');
    await page.waitForURL(/q=browser-test-light/);
    await page.waitForFunction(() => document.querySelectorAll('document-table tbody tr').length === 1);
    await page.reload();
    await page.waitForFunction(() => document.querySelectorAll('document-table tbody tr').length === 1);
    expect((await page.getByRole('searchbox', { name: 'Filter by path or title' }).inputValue()) === 'browser-test-light', 'the filter is lost');
  },

  async 'a long list has pages'(page, { fake }) {
    await page.goto('/documents');
    await page.locator('document-table tbody tr').first().waitFor();
    const next = page.getByRole('button', { name: /Next/ });
    if (!fake && !(await next.isVisible())) return;
    const first = await page.locator('document-table tbody tr').first().textContent();
    await next.click();
    await page.getByText('Page 2').waitFor();
    expect((await page.locator('document-table tbody tr').first().textContent()) !== first, 'page 2 begins like page 1');
    await page.getByRole('button', { name: /Previous/ }).click();
    await page.getByText('Page 1', { exact: true }).waitFor();
    expect((await page.locator('document-table tbody tr').first().textContent()) === first, 'page 1 is another now');
  },

  async 'markup in a name and in a text stays text'(page, { fake }) {
    if (!fake) return page.goto('/documents');
    await page.goto('/documents?q=odd');
    await page.getByRole('link', { name: 'An odd name' }).click();
    await page.locator('document-panel .text').getByText('<img src=x onerror=alert(1)>').waitFor();
    await page.locator('document-panel .where', { hasText: '<b>odd & "quoted"</b>' }).waitFor();
    expect((await page.locator('document-panel img').count()) === 0, 'markup became an element');
  },

  async 'five megabytes open at a passage deep inside without freezing'(page, { fake }) {
    if (!fake) return page.goto('/search');
    await page.goto('/search?q=zephyrine');
    await page.evaluate(() => {
      window.longest = 0;
      new PerformanceObserver((l) => l.getEntries().forEach((e) => (window.longest = Math.max(window.longest, e.duration)))).observe({ type: 'longtask' });
    });
    await page.locator('.hit a').first().click();
    await page.locator('document-panel mark').waitFor();
    const mark = await page.locator('document-panel mark').textContent();
    expect(mark === 'The zephyrine valve was replaced on the second day 🔧 because it had been leaking.', `marked is ${mark}`);
    expect(await seen(page, 'document-panel mark', '.scroller'), 'the mark is not in view');
    const elements = await page.locator('document-panel .text > span').count();
    expect(elements < 2000, `${elements} pieces of text are in the page`);
    console.log(`      longest task ${Math.round(await page.evaluate(() => window.longest))} ms, ${elements} pieces`);
    await page.locator('.scroller').evaluate((e) => { e.scrollTop = 0; });
    await page.waitForFunction((n) => document.querySelectorAll('document-panel .text > span').length > n, elements);
    expect((await page.locator('.scroller').evaluate((e) => e.scrollTop)) > 0, 'adding text above moved what was read');
  },

  async 'the page of a passage is shown, and others step by step'(page, { fake }) {
    if (!fake) return page.goto('/documents');
    const asked = [];
    page.on('request', (r) => r.url().includes('/v1/pages') && asked.push(new URL(r.url()).searchParams.get('page')));
    await page.goto('/search?q=Quernmouth');
    await page.locator('.hit a').first().click();
    const picture = page.locator('page-view img');
    await page.getByAltText('Page 2 of “tide-tables.pdf”').waitFor();
    expect(await picture.evaluate((e) => e.decode().then(() => e.naturalWidth)) === 1000, 'the picture is not drawn');
    expect((await page.locator('page-view summary').textContent()) === 'Page 2 of 3', 'the page is not named');
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.getByAltText('Page 3 of').waitFor();
    expect(await page.getByRole('button', { name: 'Next page' }).isDisabled(), 'there is a page after the last');
    await page.getByRole('spinbutton', { name: 'Page' }).fill('1');
    await page.keyboard.press('Tab');
    await page.getByAltText('Page 1 of').waitFor();
    expect((await page.locator('page-view summary').textContent()) === 'Page 1 (i) of 3', 'the page is not called as the document calls it');
    const small = (await picture.boundingBox()).height;
    await page.getByRole('button', { name: 'Larger' }).click();
    expect((await picture.boundingBox()).height > 2 * small, 'the picture did not become larger');
    await page.locator('page-view summary').click();
    const before = asked.length;
    await page.getByRole('button', { name: 'Next passage' }).click();
    await page.getByText('Passage 3 of 3, page 3').waitFor();
    expect(asked.length === before, 'a picture that nobody sees was asked for');
    await page.locator('page-view summary').click();
    await page.getByAltText('Page 3 of').waitFor();
  },

  async 'a document lists what is inside it, and that leads back'(page, { fake }) {
    if (!fake) return page.goto('/documents');
    await page.goto('/documents#doc=archive%3Amail%2Foffer.eml');
    await page.getByText('2 documents inside').waitFor();
    expect(await page.locator('page-view').count() === 0 || await page.locator('page-view').isHidden(), 'a letter has pages');
    await page.getByRole('navigation', { name: 'Documents inside' }).getByRole('link', { name: 'terms.txt' }).click();
    await page.locator('document-panel .text').getByText('The terms are generous.').waitFor();
    expect(!(await page.getByText('documents inside').isVisible()), 'the list stayed');
    await page.locator('document-panel summary', { hasText: 'Details' }).click();
    await page.getByRole('link', { name: 'archive:mail/offer.eml' }).click();
    await page.locator('document-panel .text').getByText('The terms are attached.').waitFor();
  },

  async 'a document that is gone is said plainly'(page) {
    await page.goto('/documents#doc=uploads%3Anot-there.txt');
    await page.getByText('There is no such document any more.').waitFor();
  },
};

export const allow = [/404 \(Not Found\).*not-there/];

/** Deletes what was uploaded, with the question before it. */
export async function cleanUp(page) {
  for (const file of [name, broken]) {
    await page.goto('/documents?q=' + file);
    await page.getByRole('button', { name: `Delete ${file}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect((await page.locator('document-table tbody tr').count()) === 1, 'Cancel deleted the document');
    await page.getByRole('button', { name: `Delete ${file}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No document is like this.').waitFor();
  }
}
