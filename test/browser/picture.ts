/** Takes the README's picture, docs/graphiql.png: `npx tsx test/browser/picture.ts`. */
import { fileURLToPath } from 'node:url';
import { startTestGateway } from '../support/gateway.ts';
import { startChromium } from './chromium.ts';
import { openGraphiql, openTab, play, visibleAnswer } from './graphiql.ts';

const PICTURE = fileURLToPath(new URL('../../docs/graphiql.png', import.meta.url));
/** The world may take a while until the top of the list shows what it should. */
const PATIENCE_MS = 60_000;

const gateway = await startTestGateway({ sandbox: { arrivalMs: 9000 } });
const browser = await startChromium();
try {
  const page = await browser.context.newPage();
  await openGraphiql(page, gateway.url);
  await openTab(page, 'WhatRunsNow');
  const keys = gateway.providers.all.map(({ key }) => `"key": "${key}"`);
  // Two whole jobs fit above the fold.
  const isGood = (text: string) =>
    text.includes('"state": "RUNNING"') && keys.filter((key) => text.includes(key)).length >= 2;
  const deadline = Date.now() + PATIENCE_MS;
  let shown = '';
  while (!isGood(shown)) {
    if (Date.now() > deadline)
      throw new Error('no moment showed a running job beside one of another provider');
    await play(page);
    await page.locator('.result-window .view-line').nth(30).waitFor();
    shown = await visibleAnswer(page);
  }
  await page.mouse.move(700, 700);
  // The bar fades when all is at rest; the colours are there by then.
  await page.locator('.result-window .scrollbar.vertical.invisible.fade').waitFor({ state: 'attached' });
  await page.screenshot({ path: PICTURE, animations: 'disabled' });
} finally {
  await browser.close();
  await gateway.close();
}
