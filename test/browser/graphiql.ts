import type { ExecutionResult } from 'graphql';
import type { Locator, Page } from 'playwright-core';

/** What is used of a page's globals. */
interface PageGlobals {
  readonly localStorage: { getItem(key: string): string | null };
}

/** Long enough for a machine that does a lot beside. */
export const PATIENCE_MS = 15_000;

/** The brace that closes an answer. */
const LAST_LINE = /^\}$/m;

/** Opens GraphiQL and waits until it can be used: the schema is there and the editors stand. */
export async function openGraphiql(page: Page, gatewayUrl: string): Promise<void> {
  page.setDefaultTimeout(PATIENCE_MS);
  const schema = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.goto(`${gatewayUrl}/graphql`);
  await (await schema).finished();
  await playButton(page).waitFor();
  await operationEditor(page).locator('.view-line').first().waitFor();
}

/** In the order on the screen. */
export function tabTitles(page: Page): Promise<string[]> {
  return page.locator('.graphiql-tab-button').allInnerTexts();
}

/** By the keyboard: tabs can be dragged, and a click without duration may count as neither. */
export async function openTab(page: Page, title: string): Promise<void> {
  await page.locator('.graphiql-tab-button').getByText(title, { exact: true }).press('Enter');
  await page.locator('.graphiql-tab-active').getByText(title, { exact: true }).waitFor();
  // After "query", "mutation" or "subscription".
  await taken(page, ` ${title}`);
}

/** Opens an empty tab. */
export async function openNewTab(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'New tab' }).press('Enter');
  await page.locator('.graphiql-tab-active').getByText('<untitled>').waitFor();
}

/** Runs the operation of the open tab and gives what the gateway answered. */
export async function play(page: Page): Promise<ExecutionResult> {
  const answer = page.waitForResponse((response) => response.request().method() === 'POST');
  await playButton(page).and(page.getByLabel('Execute query')).click();
  return (await (await answer).json()) as ExecutionResult;
}

/** The part of the answer that is on the screen; its lines in no order. */
export async function visibleAnswer(page: Page): Promise<string> {
  const lines = await page.locator('.result-window .view-line').allInnerTexts();
  return lines.map((line) => line.replaceAll('\u00a0', ' ')).join('\n');
}

/** Pages through the answer from its beginning, again and again, until a line holds the text. */
export async function findInAnswer(page: Page, text: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  await page.locator('.result-window').getByRole('textbox').focus();
  let key = 'ControlOrMeta+Home';
  while (Date.now() < deadline) {
    await pressAndDraw(page, key);
    const shown = await visibleAnswer(page);
    if (shown.includes(text)) return;
    key = LAST_LINE.test(shown) ? 'ControlOrMeta+Home' : 'PageDown';
  }
  throw new Error(`the answer does not show ${text}`);
}

async function pressAndDraw(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key);
  // The editor draws in the frame after the key's.
  for (let frame = 0; frame < 2; frame += 1) await page.evaluate('new Promise(requestAnimationFrame)');
}

export function operationEditor(page: Page): Locator {
  return page.getByRole('region', { name: 'Operation Editor' });
}

/** The editor of the variables, opened if it is not. */
export async function variablesEditor(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Variables' }).click();
  await page.getByRole('button', { name: 'Hide editor tools' }).waitFor();
  return page.getByRole('region', { name: 'Variables' });
}

/** Writes an operation where the whole old one was. */
export async function writeOperation(page: Page, operation: string): Promise<void> {
  await replaceText(page, operationEditor(page), operation);
  await taken(page, operation);
}

/** Puts a text where the whole old one was. It is pasted: of typed brackets and quotes the editor closes each. */
export async function replaceText(page: Page, editor: Locator, text: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await editor.getByRole('textbox').focus();
  await page.keyboard.press('ControlOrMeta+A');
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await page.keyboard.press('ControlOrMeta+V');
}

function playButton(page: Page): Locator {
  return page.locator('.graphiql-execute-button');
}

/** GraphiQL reads an operation a tenth of a second after its last change, and then stores it. Play before is an error. */
async function taken(page: Page, operation: string): Promise<void> {
  await page.waitForFunction((text) => {
    const { localStorage } = globalThis as typeof globalThis & PageGlobals;
    return localStorage.getItem('graphiql:query')?.includes(text) === true;
  }, operation);
}
