/**
 * GraphiQL as a person uses it, in a real browser. `chromium.ts` starts the browser, `watch.ts` sees all that it does,
 * `graphiql.ts` drives the page; only the tests of this folder and the script of the README's picture use them.
 */
import { accessSync, constants } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';

const DEBIAN_PATH = '/usr/bin/chromium';

/** Names outside do not resolve: even what the browser wants for itself, such as updates, goes nowhere. */
const LOOPBACK_ONLY = '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  LOOPBACK_ONLY,
];

export interface Chromium {
  readonly context: BrowserContext;
  /** Ends the browser and removes what it stored. The answer is the address of every network request made by pages. */
  close(): Promise<readonly string[]>;
}

/** Whether the tests can run here. Where CI runs them they must: there a missing browser is an error. */
export function hasChromium(): boolean {
  const path = chromiumPath();
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    const advice = `There is no Chromium at ${path}. Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.`;
    if (['1', 'true'].includes(process.env['CI'] ?? '')) throw new Error(advice);
    process.stderr.write(`\nSKIPPED: the browser tests. ${advice}\n\n`);
    return false;
  }
}

/** Starts it without a window, with nothing remembered. */
export async function startChromium(): Promise<Chromium> {
  const userDataDir = await mkdtemp(join(tmpdir(), 'gridweave-chromium-'));
  const netLogPath = join(userDataDir, 'net-log.json');
  const context = await chromium.launchPersistentContext(userDataDir, {
    executablePath: chromiumPath(),
    headless: true,
    viewport: { width: 1440, height: 900 },
    args: [...FLAGS, `--log-net-log=${netLogPath}`],
  });
  return {
    context,
    close: async () => {
      try {
        await context.close();
        return requestsOfPages(JSON.parse(await readFile(netLogPath, 'utf8')) as NetLog);
      } finally {
        await rm(userDataDir, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}

function chromiumPath(): string {
  return process.env['CHROMIUM_PATH'] ?? DEBIAN_PATH;
}

/** What `--log-net-log` writes, as far as it is read here. */
interface NetLog {
  readonly constants: { readonly logEventTypes: Readonly<Record<string, number>> };
  readonly events: readonly {
    readonly type: number;
    readonly params?: { readonly url?: string; readonly initiator?: string; readonly request_type?: string };
  }[];
}

/**
 * The browser's own record, which no frame, worker or service worker escapes. What the browser asks for by itself has
 * no origin that initiated it, and is left out unless it loads a page.
 */
function requestsOfPages({ constants: { logEventTypes }, events }: NetLog): string[] {
  const start = logEventTypes['URL_REQUEST_START_JOB'];
  return events
    .filter(({ type }) => type === start)
    .flatMap(({ params }) =>
      params?.url !== undefined &&
      (params.initiator !== 'not an origin' || /frame/.test(params.request_type ?? ''))
        ? [params.url]
        : [],
    );
}
