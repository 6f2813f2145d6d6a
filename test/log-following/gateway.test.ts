import { subscribe } from 'graphql';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graph/schema.ts';
import { Viewer } from '../../src/model/access.ts';
import { decodeId, encodeId, type NativeKey, type ProviderKey } from '../../src/model/ids.ts';
import { systemClock } from '../../src/model/time.ts';
import { beginOperation } from '../../src/server/operation-context.ts';
import { SseClient } from '../live-transport/sse-client.ts';
import { until, WsClient } from '../live-transport/ws-client.ts';
import { emulatorOf } from '../support/emulator-of.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { simSpec } from '../support/sim-spec.ts';
import { NOTHING_OWN } from '../../src/server/credentials/own-credentials.ts';

const FOLLOW = `subscription Follow($id: ID!, $after: String, $stream: LogStream! = COMBINED, $tail: Int) {
  logs(execution: $id, after: $after, stream: $stream, tail: $tail) {
    __typename
    ... on LogChunk { cursor text lines { stream text newline } }
    ... on LogGap { cursor reason lostBytes message }
    ... on LogNotice { cursor state code message }
    ... on LogEnded { cursor end message }
  }
}`;

interface Message {
  readonly __typename: string;
  readonly cursor: string;
  readonly text?: string;
  readonly end?: string;
}

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ sandbox: { jobsPerSite: 5, arrivalMs: Infinity, nodeUpMs: Infinity } });
});
afterAll(() => gateway.close());

/** Submits a job that says so many lines, one every so many seconds, to the world; resolves with its execution's id. */
async function talking(lines: number, everyS: number): Promise<string> {
  const name = `talker-${String(lines)}-${String(everyS)}`;
  const said = Array.from(
    { length: lines },
    (_, i) => `echo line ${String(i)}; sleep ${String(everyS)}`,
  ).join('; ');
  const runMs = lines * everyS * 1_000 + 200;
  const fate = { prepareMs: 10, runMs, finalizeMs: 10, outcome: { kind: 'success' }, failFirst: 0 } as const;
  gateway.sandbox.world.site('qarnot').submit(simSpec(name, { command: ['sh', '-c', said], fate }));
  for (;;) {
    const query = `{ jobs(first: 50, filter: { namePrefix: "${name}" }) { nodes { executions { nodes { id status { state } } } } } }`;
    const answer = await gateway.post(JSON.stringify({ query }));
    type Rows = {
      data: { jobs: { nodes: { executions: { nodes: { id: string; status: { state: string } }[] } }[] } };
    };
    const body = (await answer.json()) as Rows;
    if (body.data === undefined) throw new Error(`no answer: ${JSON.stringify(body)}`);
    const [execution] = body.data.jobs.nodes.flatMap((job) => job.executions.nodes);
    if (execution !== undefined && execution.status.state !== 'QUEUED') return execution.id;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const messagesIn = (results: readonly unknown[]): Message[] =>
  results.map((data) => (data as { logs: Message }).logs);
const textOf = (messages: readonly Message[]): string => messages.map(({ text = '' }) => text).join('');
const stats = () => gateway.services.live!.logs.stats;

describe('the log of an execution through the gateway', () => {
  it(
    'is told over a WebSocket and an event stream as it is written, to its end, from one reading',
    { timeout: 40_000 },
    async () => {
      const id = await talking(8, 0.5);
      const ws = await WsClient.open(gateway.url);
      ws.subscribe('1', FOLLOW, { id });
      ws.subscribe('2', FOLLOW, { id, tail: 1 });
      const sse = new SseClient(gateway.url, { query: FOLLOW, variables: { id } });
      const nexts = (op: string): Message[] =>
        messagesIn(
          ws.messages
            .filter((message) => message.type === 'next' && message.id === op)
            .map(({ payload }) => (payload as { data: unknown }).data),
        );
      await until(
        () => textOf(nexts('1')).includes('line 1') && nexts('2').length > 0,
        'the first lines',
        15_000,
      );
      expect(stats()).toEqual({ logs: 1, readers: 3 });
      await ws.received((message) => message.type === 'complete' && message.id === '1', 'the end');
      await until(() => sse.ended, 'the end of the event stream');
      const whole = Array.from({ length: 8 }, (_, i) => `line ${String(i)}\n`).join('');
      for (const messages of [nexts('1'), messagesIn(sse.nexts())]) {
        expect(textOf(messages)).toBe(whole);
        expect(messages.at(-1)).toMatchObject({ __typename: 'LogEnded', end: 'ENDED' });
      }
      expect(whole.endsWith(textOf(nexts('2')))).toBe(true);

      // Whoever was away goes on from where it was.
      const after = nexts('1')[0]!.cursor;
      ws.subscribe('3', FOLLOW, { id, after });
      await ws.received((message) => message.type === 'complete' && message.id === '3', 'the rest');
      expect(textOf(nexts('1').slice(1))).toBe(textOf(nexts('3')));
      // So does a browser, which says the id of the last event it had, and asks with what it asked at first.
      const told = sse.events.filter(({ event }) => event === 'next');
      expect(told[0]!.id).toBe(messagesIn(sse.nexts())[0]!.cursor);
      const back = new SseClient(gateway.url, {
        query: FOLLOW,
        variables: { id, tail: 1 },
        headers: { 'last-event-id': told[0]!.id! },
      });
      await until(() => back.ended, 'the rest of the event stream');
      expect(textOf(messagesIn(back.nexts()))).toBe(textOf(messagesIn(sse.nexts()).slice(1)));
      ws.ws.close();
    },
  );

  it(
    'costs nothing any more when its readers have gone, however they went',
    { timeout: 40_000 },
    async () => {
      const id = await talking(600, 1);
      const ws = await WsClient.open(gateway.url);
      const dropped = await WsClient.open(gateway.url);
      ws.subscribe('1', FOLLOW, { id });
      dropped.subscribe('1', FOLLOW, { id });
      const sse = new SseClient(gateway.url, { query: FOLLOW, variables: { id } });
      await until(
        () => sse.nexts().length > 0 && ws.messages.length > 1 && dropped.messages.length > 1,
        'the log',
        15_000,
      );
      expect(stats().readers).toBe(3);
      ws.send({ id: '1', type: 'complete' });
      await until(() => stats().readers === 2, 'one to have left');
      dropped.ws.terminate();
      await until(() => stats().readers === 1, 'another to have left');
      sse.leave();
      await until(() => stats().readers === 0, 'all to have left');
      await until(() => stats().logs === 0, 'the log to be let go of', 12_000);
      const emulator = emulatorOf(gateway, 'qarnot');
      emulator.resetCalls();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(emulator.calls).toEqual([]);
      ws.ws.close();
    },
  );

  it('is refused before it begins where there is none, or the request is wrong', async () => {
    const ws = await WsClient.open(gateway.url);
    const id = await talking(1, 1);
    const { provider } = decodeId(id)!;
    const runai = gateway.providers.all.find(({ kind }) => kind === 'runai')!.key;
    const cases: [object, string][] = [
      [{ id: encodeId('execution', runai, 'any' as NativeKey) }, 'UNSUPPORTED_OPERATION'],
      [{ id: encodeId('execution', provider, 'no-such' as NativeKey) }, 'NOT_FOUND'],
      [{ id: encodeId('execution', 'nowhere' as ProviderKey, 'any' as NativeKey) }, 'NOT_FOUND'],
      [{ id: encodeId('job', provider, 'any' as NativeKey) }, 'INVALID_ARGUMENT'],
      [{ id, after: 'nonsense' }, 'INVALID_CURSOR'],
      [{ id, tail: 0 }, 'INVALID_ARGUMENT'],
    ];
    for (const [i, [variables, code]] of cases.entries()) {
      ws.subscribe(`e${String(i)}`, FOLLOW, variables);
      const answer = await ws.received((message) => message.id === `e${String(i)}`);
      expect(answer).toMatchObject({ type: 'error', payload: [{ extensions: { code } }] });
      const sse = new SseClient(gateway.url, { query: FOLLOW, variables });
      expect(await sse.begun()).toBeGreaterThanOrEqual(400);
    }
    ws.ws.close();
  });

  it('is not there for who may not see it, also while others follow it', async () => {
    const id = await talking(300, 1);
    const ws = await WsClient.open(gateway.url);
    ws.subscribe('1', FOLLOW, { id });
    await ws.received(({ type }) => type === 'next');
    const { provider } = decodeId(id)!;
    const codeFor = async (grants: ConstructorParameters<typeof Viewer>[1]): Promise<unknown> => {
      const limits = {
        maxPageSize: 100,
        maxLogBytes: 1_000_000,
        requestTimeoutMs: 5_000,
        maxUpstreamCalls: 100,
      };
      const { providers, services } = gateway;
      const onFault = (fault: unknown): void => expect.fail(String(fault));
      const left = new AbortController();
      const contextValue = beginOperation(
        { providers, services, limits, clock: systemClock, onFault },
        left.signal,
        { viewer: new Viewer('key:test', grants), requestId: 'r', credentials: NOTHING_OWN },
      );
      const result = await subscribe({
        schema,
        document: parse(FOLLOW),
        variableValues: { id },
        contextValue,
      });
      left.abort();
      if ('errors' in result)
        return (result.errors?.[0]?.originalError as { code?: string } | undefined)?.code;
      if (Symbol.asyncIterator in result) await result[Symbol.asyncIterator]().return();
      return 'OK';
    };
    const elsewhere = { provider, key: 'elsewhere' as NativeKey };
    expect(await codeFor([{ scopes: ['read'], providers: null, projects: null }])).toBe('OK');
    expect(await codeFor([{ scopes: ['read'], providers: [provider], projects: [elsewhere] }])).toBe(
      'NOT_FOUND',
    );
    expect(await codeFor([{ scopes: ['read'], providers: ['other' as ProviderKey], projects: null }])).toBe(
      'NOT_FOUND',
    );
    ws.ws.close();
  });
});
