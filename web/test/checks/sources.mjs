// Sources and the status bar: live, and honest when the server is not there.

import { expect } from './expect.mjs';

export const checks = {
  async 'sources show their state'(page) {
    await page.goto('/sources');
    const card = page.locator('sources-page article').first();
    await card.locator('.chip').waitFor();
    const said = await card.innerText();
    expect(['Searchable', 'Pending', 'Failed', 'Lag', 'Last listing'].every((w) => said.includes(w)), `the card says ${said}`);
  },

  async 'the status bar follows a change by itself'(page) {
    await page.goto('/sources');
    const bar = page.locator('status-bar footer');
    await bar.getByText(/epoch/).waitFor();
    const before = await bar.innerText();
    await page.request.post('/v1/documents?path=browser-test-live.txt', { data: Buffer.from(`The heron of ${Date.now()} came by.`), headers: { 'Content-Type': 'application/octet-stream' } });
    await page.waitForFunction((t) => document.querySelector('status-bar footer').innerText !== t, before);
    const gone = await page.request.get('/v1/documents?q=browser-test-live').then((r) => r.json());
    for (const d of gone.documents) await page.request.delete('/v1/documents?uri=' + encodeURIComponent(d.uri));
  },

  async 'a server that wants a key is given it'(page) {
    const keys = [];
    await page.route('**/v1/**', (route) => {
      const key = route.request().headers().authorization;
      keys.push(key);
      if (key === 'Bearer sesame') return route.continue();
      return route.fulfill({ status: 401, contentType: 'application/json', body: '{"error":{"code":"unauthorized","message":"a key is needed"}}' });
    });
    await page.goto('/sources');
    const dialog = page.getByRole('dialog', { name: 'This server asks for a key' });
    await dialog.getByLabel('API key').fill('sesame');
    await page.keyboard.press('Enter');
    await page.locator('sources-page .card').first().waitFor();
    expect(keys[0] === undefined && keys.at(-1) === 'Bearer sesame', `keys sent: ${keys}`);
  },

  async 'a server that is away is said plainly, and found again'(page) {
    const away = (route) => route.abort('connectionrefused');
    await page.route('**/v1/**', away);
    await page.goto('/documents');
    await page.locator('.trouble').getByText('The server cannot be reached.').waitFor();
    await page.getByRole('alert').getByText('The server cannot be reached.').waitFor();
    await page.locator('status-bar').getByText('offline').waitFor();
    await page.unroute('**/v1/**', away);
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.locator('status-bar').getByText(/document/).first().waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('document-table tbody tr').first().waitFor();
    expect((await page.locator('.trouble p').count()) === 0, 'it is still said to be away');
  },
};

export const allow = [/ERR_CONNECTION_REFUSED/, /401 \(Unauthorized\)/];
