// Tests the pages in Chromium: node run.mjs [--base URL] [--shots DIR]
//
// Without --base a fake server is built and started; with it, a real one that
// takes uploads is tested. What the checks need they upload first, and delete at
// the end. Prints a line per check and closes with "N passed, N failed".

import { parseArgs } from 'node:util';
import { open } from './browser.mjs';
import * as ask from './checks/ask.mjs';
import * as documents from './checks/documents.mjs';
import * as keyboard from './checks/keyboard.mjs';
import * as quality from './checks/quality.mjs';
import * as search from './checks/search.mjs';
import * as sources from './checks/sources.mjs';
import { startFake } from './server.mjs';
import { shoot } from './shots.mjs';

const { values: args } = parseArgs({ options: { base: { type: 'string' }, shots: { type: 'string' } } });
const fake = args.base ? null : await startFake();
const base = (args.base ?? fake.url).replace(/\/$/, '');
await fetch(base).catch((err) => {
  console.log(`${base} does not answer: ${err.cause?.message ?? err.message}`);
  process.exit(1);
});
const browser = await open();
const result = { passed: 0, failed: 0 };

for (const part of [documents, ask, search, sources, keyboard, quality, { checks: { 'the uploads can be deleted': documents.cleanUp } }]) {
  for (const [name, check] of Object.entries(part.checks)) await run(name, check, part.allow);
}
if (args.shots) await shoot(browser, base, args.shots);
await browser.close();
fake?.stop();
console.log(`${result.passed} passed, ${result.failed} failed`);
process.exitCode = result.failed ? 1 : 0;

/** Runs one check in a page of its own. It fails on an error in the console, too. */
async function run(name, check, allow = []) {
  const tab = await browser.tab(base, allow);
  try {
    await check(tab.page, { base, fake: fake !== null });
    if (tab.errors.length) throw new Error(`the console says: ${tab.errors.join(' | ')}`);
    result.passed++;
    console.log(`ok    ${name}`);
  } catch (err) {
    result.failed++;
    console.log(`FAIL  ${name}: ${err.message.split('\n').slice(0, 6).join(' / ')}`);
  }
  await tab.close();
}
