import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { hasChromium, startChromium, type Chromium } from './chromium.ts';
import { openGraphiql, openTab, PATIENCE_MS, visibleAnswer } from './graphiql.ts';

const WATCH =
  'subscription { jobEvents { __typename ... on LiveMessage { cursor } ... on JobChange { job { id } } } }';

/** What the page's EventSource heard: the type of each message with the id of its event. */
interface Heard {
  readonly id: string;
  readonly type: string;
}

describe.skipIf(!hasChromium())('subscriptions in Chromium', () => {
  let gateway: TestGateway;
  let browser: Chromium;
  let page: Page;

  beforeAll(async () => {
    // Jobs arrive often, and polls are as frequent, so that changes come while somebody looks.
    gateway = await startTestGateway({ sandbox: { arrivalMs: 1_000 }, live: { hotMs: 300 } });
    browser = await startChromium();
    page = browser.context.pages()[0] ?? (await browser.context.newPage());
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });

  it('GraphiQL runs one over a WebSocket and shows changes, until it is stopped', async () => {
    await openGraphiql(page, gateway.url);
    await openTab(page, 'WatchJobs');
    const socket = page.waitForEvent('websocket');
    const button = page.locator('.graphiql-execute-button');
    await button.click();
    expect(new URL((await socket).url()).host).toBe(new URL(gateway.url).host);
    await expect
      .poll(() => visibleAnswer(page), { timeout: PATIENCE_MS, interval: 50 })
      .toMatch(/"JobChange"[^]*"state"|"state"[^]*"JobChange"/);
    expect(gateway.live.stats.webSockets).toBe(1);
    await button.click();
    await expect.poll(() => gateway.live.stats.operations, { timeout: PATIENCE_MS }).toBe(0);
  }, 60_000);

  it('an EventSource comes back after its connection was cut, and goes on without a duplicate', async () => {
    const proxy = await startTcpProxy(gateway.url);
    try {
      await page.goto(`${proxy.url}/graphql`);
      await page.evaluate(`
        globalThis.heard = [];
        globalThis.source = new EventSource('/graphql?query=' + encodeURIComponent(${JSON.stringify(WATCH)}));
        source.addEventListener('next', ({ data, lastEventId }) => {
          heard.push({ id: lastEventId, type: JSON.parse(data).data.jobEvents.__typename });
        });
      `);
      const heard = (): Promise<Heard[]> => page.evaluate('heard');
      const changes = async (): Promise<number> =>
        (await heard()).filter(({ type }) => type === 'JobChange').length;
      await expect.poll(changes, { timeout: PATIENCE_MS }).toBeGreaterThan(1);
      proxy.cut();
      await expect.poll(() => /last-event-id: \S+/i.test(proxy.sent), { timeout: PATIENCE_MS }).toBe(true);
      const before = await heard();
      await expect
        .poll(async () => (await heard()).length - before.length, { timeout: PATIENCE_MS })
        .toBeGreaterThan(2);
      await page.evaluate('source.close()');
      const all = await heard();
      const ids = all.filter(({ type }) => type !== 'JobSnapshot').map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      // No second snapshot: it went on where it was.
      expect(all.filter(({ type }) => type === 'SnapshotEnd')).toHaveLength(1);
      expect(all.slice(before.length).map(({ type }) => type)).not.toContain('Gap');
      const resumedAfter = /last-event-id: (\S+)/i.exec(proxy.sent)?.[1];
      expect(ids).toContain(resumedAfter);
    } finally {
      await proxy.close();
    }
  }, 60_000);
});
