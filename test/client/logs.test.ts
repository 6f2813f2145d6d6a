import { WebSocket } from 'ws';
import { expect, it } from 'vitest';
import { createLiveClient, type TypedDocument } from '../../src/client/index.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { simSpec } from '../support/sim-spec.ts';
import { QUIET } from './busy-world.ts';
import { startCuttingProxy } from './cutting-proxy.ts';

type LogMessage =
  | { readonly __typename: 'LogChunk'; readonly cursor: string; readonly text: string }
  | { readonly __typename: 'LogGap' | 'LogNotice'; readonly cursor: string }
  | { readonly __typename: 'LogEnded'; readonly cursor: string; readonly end: string };

const FOLLOW: TypedDocument<{ readonly logs: LogMessage }, { readonly id: string; readonly tail?: number }> =
  `
  subscription Follow($id: ID!, $tail: Int, $after: String) {
    logs(execution: $id, stream: STDOUT, tail: $tail, after: $after) {
      __typename
      ... on LogChunk { cursor text }
      ... on LogGap { cursor }
      ... on LogNotice { cursor }
      ... on LogEnded { cursor end }
    }
  }
`;

interface Execution {
  readonly id: string;
  readonly status: { readonly state: string };
  readonly logs: { readonly text: string };
}

const FIELDS = 'id status { state } logs(stream: STDOUT) { text }';

async function ask<T>(gateway: TestGateway, query: string): Promise<T> {
  const response = await gateway.post(JSON.stringify({ query }));
  return ((await response.json()) as { readonly data: T }).data;
}

/** The only execution, once it runs. */
async function running(gateway: TestGateway): Promise<Execution> {
  for (;;) {
    const { executions } = await ask<{ readonly executions: { readonly nodes: readonly Execution[] } }>(
      gateway,
      `{ executions { nodes { ${FIELDS} } } }`,
    );
    const found = executions.nodes.find(({ status }) => status.state === 'RUNNING');
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it.each(['ws', 'sse'] as const)(
  'a log is followed to its end over %s, byte for byte, while its connection is cut',
  { timeout: 60_000 },
  async (transport) => {
    const gateway = await startTestGateway({
      sandbox: { ...QUIET, kinds: ['bacalhau'], jobsPerSite: 0, seed: 3 },
    });
    const proxy = await startCuttingProxy(gateway.url);
    const client = createLiveClient({
      url: `${proxy.url}/graphql`,
      transport,
      webSocket: WebSocket,
      backoff: { baseMs: 5, maxMs: 50 },
    });
    try {
      const fate = {
        prepareMs: 100,
        runMs: 6_000,
        finalizeMs: 100,
        outcome: { kind: 'success' },
        failFirst: 0,
      } as const;
      const site = gateway.sandbox.world.site('bacalhau');
      site.submit(simSpec('talker', { team: site.teams[0]?.name ?? 'vision', fate }));
      const { id } = await running(gateway);
      let text = '';
      let waits = 0;
      const types: string[] = [];
      for await (const message of client.events(
        FOLLOW,
        { id, tail: 1_000 },
        { onState: (_, why) => void (waits += why === null ? 0 : 1) },
      )) {
        types.push(message.__typename);
        if (message.__typename === 'LogChunk') {
          text += message.text;
          proxy.cut();
        }
        if (message.__typename === 'LogEnded') expect(message.end).toBe('ENDED');
      }
      const { execution } = await ask<{ readonly execution: Execution }>(
        gateway,
        `{ execution(id: ${JSON.stringify(id)}) { ${FIELDS} } }`,
      );
      expect(text).toBe(execution.logs.text);
      expect(text.length).toBeGreaterThan(100);
      expect(types.filter((type) => type === 'LogGap')).toEqual([]);
      expect(types.at(-1)).toBe('LogEnded');
      expect(waits).toBeGreaterThan(1);
    } finally {
      client.close();
      await proxy.close();
      await gateway.close();
    }
  },
);
