// A Chromium that asks for nothing but the pages.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const programs = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Starts the browser. Each tab has a fresh profile. */
export async function open() {
  const executablePath = programs.find((p) => p && existsSync(p));
  if (!executablePath) throw new Error('no Chromium was found: set CHROMIUM to its path');
  const browser = await chromium.launch({ executablePath, headless: true, args: flags });
  return {
    close: () => browser.close(),
    tab: (base, allow, options) => tab(browser, base, allow, options),
  };
}

/** Opens a tab and notes what goes wrong in it, but for texts that match one of allow. */
async function tab(browser, base, allow = [], options = {}) {
  const context = await browser.newContext({ baseURL: base, viewport: { width: 1280, height: 860 }, permissions: ['clipboard-read', 'clipboard-write'], ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const errors = [];
  const note = (text) => allow.some((a) => a.test(text)) || errors.push(text);
  page.on('console', (m) => m.type() === 'error' && note(`${m.text()} (${m.location().url})`));
  page.on('pageerror', (e) => note(e.message));
  page.on('request', (r) => new URL(r.url()).origin === new URL(base).origin || /^(data|blob):/.test(r.url()) || note(`a request went to ${r.url()}`));
  return { page, errors, close: () => context.close() };
}
