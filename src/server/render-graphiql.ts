import type { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { Kind, parse } from 'graphql';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { exampleOperations } from './example-operations.ts';
import { GRAPHQL_PATH } from './gateway.ts';
import { favicon, LOGO } from './logo.ts';

/** What the renderer takes; `onEditQuery` is read by the page but not declared by it. */
type PageOptions = Parameters<typeof renderGraphiQL>[0] & { readonly onEditQuery: null };

/**
 * Done in a thread of its own: here the renderer would hold up every other request for a quarter of a second, and its
 * 35 MB of strings would stay for as long as the gateway runs. As text and in plain JavaScript, because a file's name
 * would have to be another in the sources (.ts) than in the build (.js).
 */
const RENDER_AND_COMPRESS = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { renderGraphiQL } = require(workerData.renderer);
  const html = renderGraphiQL(workerData.options);
  parentPort.postMessage(require('node:zlib').gzipSync(html, { level: 6 }));
`;

/** How the page subscribes. Headers that a reader types in, a credential among them, are sent with requests alone. */
export type Subscribing = 'WS' | 'SSE';

/** GraphiQL as one HTML page that loads nothing, compressed. Takes about a second; the page is 9 MB. */
export async function renderPage(subscribing: Subscribing): Promise<Buffer> {
  const renderer = createRequire(import.meta.url).resolve('@graphql-yoga/render-graphiql');
  const thread = new Worker(RENDER_AND_COMPRESS, {
    eval: true,
    execArgv: [],
    workerData: { renderer, options: pageOptions(subscribing) },
  });
  return new Promise((resolve, reject) => {
    thread.once('message', (page: Uint8Array) => resolve(Buffer.from(page)));
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`the page's renderer left with code ${String(code)}`)));
  });
}

function pageOptions(subscribing: Subscribing): PageOptions {
  return {
    title: 'Gridweave',
    logo: LOGO,
    favicon: favicon(),
    // A POST makes browsers forget what they keep under the same address, which is this page: so it posts to another.
    endpoint: `${GRAPHQL_PATH}?graphiql`,
    defaultTabs: exampleOperations().map(({ document }) => ({
      query: document,
      variables: emptyVariables(document),
    })),
    // The query gets the whole height; variables and headers are one click away.
    defaultEditorToolsVisibility: false,
    subscriptionsProtocol: subscribing,
    shouldPersistHeaders: false,
    schemaDescription: true,
    // The page would copy every edit into its address, and an address with a query is answered with JSON on reload.
    onEditQuery: null,
  };
}

/** A place for each variable that an operation cannot do without; null when there is none. */
function emptyVariables(document: string): string | null {
  const required = parse(document).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? (definition.variableDefinitions ?? []).filter(
          ({ type, defaultValue }) => type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined,
        )
      : [],
  );
  if (required.length === 0) return null;
  return JSON.stringify(
    Object.fromEntries(required.map(({ variable }) => [variable.name.value, ''])),
    null,
    2,
  );
}
