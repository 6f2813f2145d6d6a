import { parse, type ExecutionResult } from 'graphql';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graph/schema.ts';
import { exampleOperations } from '../../src/server/example-operations.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { hasChromium, startChromium, type Chromium } from './chromium.ts';
import {
  findInAnswer,
  openGraphiql,
  openNewTab,
  openTab,
  operationEditor,
  PATIENCE_MS,
  play,
  replaceText,
  tabTitles,
  variablesEditor,
  writeOperation,
} from './graphiql.ts';
import { watch, type Watch } from './watch.ts';

const patiently = { timeout: PATIENCE_MS, interval: 100 };

interface JobRow {
  readonly id: string;
  readonly name: string;
  readonly provider: { readonly key: string };
}

function jobsOf(answer: ExecutionResult): readonly JobRow[] {
  return (answer.data as { jobs: { nodes: JobRow[] } }).jobs.nodes;
}

// One visit from the first look to the last, so the order of the tests matters.
describe.skipIf(!hasChromium())('GraphiQL in Chromium, offline', () => {
  let gateway: TestGateway;
  let browser: Chromium;
  let seen: Watch;
  let page: Page;
  let closed = false;

  beforeAll(async () => {
    // Lively, but not so that what was there at the start has left the first page when the browser is up.
    gateway = await startTestGateway({ sandbox: { arrivalMs: 3_000 } });
    browser = await startChromium();
    seen = watch(browser.context);
    page = browser.context.pages()[0] ?? (await browser.context.newPage());
    await openGraphiql(page, gateway.url);
  }, 60_000);

  afterAll(async () => {
    if (!closed) await browser.close();
    await gateway.close();
  });

  it('opens with the example operations as tabs, in order and by name', async () => {
    expect(await page.title()).toBe('Gridweave');
    expect(await tabTitles(page)).toEqual(exampleOperations().map(({ document }) => operationName(document)));
  });

  it('shows jobs of every provider when play is pressed in the first tab', async () => {
    const keys = gateway.providers.all.map((provider) => provider.key);
    const answer = await play(page);
    expect(new Set(jobsOf(answer).map((job) => job.provider.key))).toEqual(new Set(keys));
    for (const key of keys) await findInAnswer(page, `"key": "${key}"`);
  });

  it('shows that the world has moved when play is pressed again', async () => {
    await openTab(page, 'WhatRunsNow');
    const before = jobsOf(await play(page));
    await findInAnswer(page, `"name": "${before[0]?.name ?? ''}"`);
    let after = before;
    await expect
      .poll(async () => {
        after = jobsOf(await play(page));
        return after[0]?.name;
      }, patiently)
      .not.toBe(before[0]?.name);
    await findInAnswer(page, `"name": "${after[0]?.name ?? ''}"`);
  });

  it('takes an id of one tab as a variable of another, and checks the variables while one types', async () => {
    const [job] = jobsOf(await gatewayJobs());
    await openTab(page, 'ObjectById');
    const variables = await variablesEditor(page);
    await variables.getByText('"id"', { exact: true }).waitFor();

    await replaceText(page, variables, '{ "id": }');
    await variables.locator('.squiggly-error').first().waitFor();
    await replaceText(page, variables, `{ "id": "${job?.id ?? ''}" }`);
    await expect.poll(() => variables.locator('.squiggly-error').count(), patiently).toBe(0);

    expect((await play(page)).data).toMatchObject({ node: { id: job?.id, name: job?.name } });
    await findInAnswer(page, `"name": "${job?.name ?? ''}"`);
  });

  it('is the manual: the docs explorer shows the descriptions of the schema', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    const docs = page.locator('.graphiql-doc-explorer');
    await docs.getByText('Query', { exact: true }).click();
    const query = schema.getQueryType();
    await expect.poll(() => docs.innerText(), patiently).toContain(opening(query?.description));
    expect(await docs.innerText()).toContain(opening(query?.getFields()['jobs']?.description));
    await page.getByRole('button', { name: 'Hide Documentation Explorer' }).click();
  });

  it('explains and completes what one writes', async () => {
    await openTab(page, 'JobsEverywhere');
    await operationEditor(page).getByText('provider', { exact: true }).first().hover();
    await page.locator('.monaco-hover').getByText('Job.provider: Provider!').first().waitFor();

    await openNewTab(page);
    await operationEditor(page).getByRole('textbox').focus();
    await page.keyboard.type('{ pro');
    const suggestions = page.locator('.suggest-widget.visible');
    for (const field of ['providers', 'projects']) await suggestions.getByLabel(field).first().waitFor();
    await page.keyboard.press('Escape');
    expect(seen.problems).toEqual([]);
  });

  it('marks a mistake, and shows the error with its code', async () => {
    await writeOperation(page, '{ nope }');
    await operationEditor(page).locator('.squiggly-error').first().waitFor();
    await play(page);
    await findInAnswer(page, '"code": "GRAPHQL_VALIDATION_FAILED"');
    // The one thing that a browser itself has to say about an answer of status 400.
    expect(seen.takeProblems()).toEqual([expect.stringContaining('status of 400')]);
  });

  it('keeps its address while one edits, so that it can be loaded again, which costs no transfer', async () => {
    expect(page.url()).toBe(`${gateway.url}/graphql`);
    const second = await browser.context.newPage();
    const statuses: number[] = [];
    const network = await browser.context.newCDPSession(second);
    await network.send('Network.enable');
    network.on('Network.responseReceivedExtraInfo', ({ statusCode }) => statuses.push(statusCode));
    await openGraphiql(second, gateway.url);
    expect(statuses[0]).toBe(304);
    expect(await tabTitles(second)).toContain('WhatRunsNow');
    expect(seen.problems).toEqual([]);
  });

  it('asks nobody but the gateway for anything', async () => {
    expect(seen.problems).toEqual([]);
    expect(browser.context.serviceWorkers()).toEqual([]);
    expect(seen.requests.filter((url) => url.startsWith('blob:')).length).toBeGreaterThanOrEqual(3);
    expect(seen.requests.filter((url) => !isOwn(url))).toEqual([]);

    // A page that does ask would be held back, and seen.
    await page.evaluate("new Image().src = 'http://elsewhere.invalid/pixel.png'");
    await expect.poll(() => seen.problems.join(), patiently).toContain('Content Security Policy');

    closed = true;
    const urls = await browser.close();
    expect(urls.length).toBeGreaterThan(5);
    expect(urls.filter((url) => !isOwn(url))).toEqual([]);
  });

  function isOwn(url: string): boolean {
    return new URL(url).origin === gateway.url || url.startsWith('data:');
  }

  async function gatewayJobs(): Promise<ExecutionResult> {
    await openTab(page, 'JobsEverywhere');
    return play(page);
  }
});

function operationName(document: string): string | undefined {
  const [operation] = parse(document).definitions;
  return operation !== undefined && 'name' in operation ? operation.name?.value : undefined;
}

/** The first words of a description: without what Markdown would render otherwise. */
function opening(description: string | null | undefined): string {
  return /^[\w ,]+/.exec(description ?? '')?.[0] ?? 'a description';
}
