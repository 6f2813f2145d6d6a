import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { READ_ALL, testAuth, type TestAuth } from '../auth/authenticators.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { hasChromium, startChromium, type Chromium } from './chromium.ts';
import { openGraphiql, openTab, PATIENCE_MS, play, replaceText, visibleAnswer } from './graphiql.ts';

describe.skipIf(!hasChromium())('GraphiQL where callers have to say who they are', () => {
  let gateway: TestGateway;
  let browser: Chromium;
  let page: Page;
  let made: TestAuth<'ada'>;

  beforeAll(async () => {
    made = await testAuth({ ada: [READ_ALL] });
    gateway = await startTestGateway({ auth: made.auth });
    browser = await startChromium();
    page = browser.context.pages()[0] ?? (await browser.context.newPage());
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });

  it('is refused without a credential, and asks and subscribes with the one in its headers', async () => {
    await openGraphiql(page, gateway.url);
    expect(await play(page)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    await page.getByRole('button', { name: 'Headers' }).click();
    const headers = page.getByRole('region', { name: 'Headers' });
    await replaceText(page, headers, JSON.stringify({ 'x-api-key': made.keys.ada }));
    await expect.poll(() => play(page), { timeout: PATIENCE_MS }).toHaveProperty('data.jobs');
    await openTab(page, 'WatchJobs');
    await page.getByRole('button', { name: 'Headers' }).click();
    await replaceText(page, headers, JSON.stringify({ 'x-api-key': made.keys.ada }));
    await expect
      .poll(
        async () => {
          if (gateway.live.stats.eventStreams === 0) await page.locator('.graphiql-execute-button').click();
          return visibleAnswer(page);
        },
        { timeout: PATIENCE_MS, interval: 500 },
      )
      .toMatch(/"JobSnapshot"|"state"/);
    expect(gateway.live.stats).toMatchObject({ eventStreams: 1, webSockets: 0 });
  }, 90_000);
});
