import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobRecord } from '../../src/model/records.ts';
import { fakeJob } from '../support/fake-provider.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { until, WsClient } from './ws-client.ts';

const WATCH = `subscription { jobEvents(start: NOW, filter: { namePrefix: "storm" }) {
  __typename ... on LiveMessage { cursor } ... on Gap { reason }
  ... on JobSnapshot { job { name } } ... on JobChange { coalesced job { name status { state } } } } }`;

interface Message {
  readonly __typename: string;
  readonly reason?: string;
  readonly job?: { readonly name: string };
}

/** Far more than the 1,024 events that a queue of Yoga's own holds before it takes the process down. */
const EVENTS = 12_000;
/** Long enough that they do not all fit into what the kernel keeps for a socket. */
const LONG = 'x'.repeat(900);

describe('a client that stops reading while thousands of jobs end', () => {
  let gateway: TestGateway;
  const messagesOf = (client: WsClient): Message[] =>
    client.nexts('1').map((data) => (data as { jobEvents: Message }).jobEvents);

  beforeAll(async () => {
    gateway = await startTestGateway({
      sandbox: { jobsPerSite: 2, arrivalMs: Infinity, nodeUpMs: Infinity },
      live: { queueMessages: 500, windowEvents: 100_000, windowBytes: 512 * 1024 * 1024 },
    });
  }, 60_000);
  afterAll(() => gateway.close());

  it('costs nobody anything, and is told of its gap', async () => {
    const stalled = await WsClient.open(gateway.url);
    const other = await WsClient.open(gateway.url);
    for (const client of [stalled, other]) client.subscribe('1', WATCH);
    await until(
      () => messagesOf(stalled).length > 0 && messagesOf(other).length > 0,
      'the first bookmarks',
      20_000,
    );
    stalled.ws.pause();
    const { hub } = gateway.services.live!;
    const provider = gateway.providers.get('bacalhau')!;
    const ended = (i: number): JobRecord => {
      const job = fakeJob('bacalhau', `storm-${String(i)}`, Date.now(), `storm ${String(i)} ${LONG}`);
      return { ...job, status: { ...job.status, state: 'SUCCEEDED' } };
    };
    for (let i = 0; i < EVENTS; i += 1) {
      await hub.tell(provider.key, { type: 'RECORD', record: ended(i), sourceMode: 'COMMAND' });
      // Who reads keeps up: it is about the one who does not.
      if (i % 100 === 99) await until(() => other.messages.length > i, 'the reader to keep up', 30_000);
    }
    const changes = (client: WsClient): number =>
      messagesOf(client).filter(({ __typename }) => __typename === 'JobChange').length;
    await until(() => changes(other) === EVENTS, 'every end at the reader who reads', 60_000);
    // What waits for the one who does not is bounded, and the process is there to say so.
    expect(gateway.live.stats.webSockets).toBe(2);
    stalled.ws.resume();
    await until(
      () => messagesOf(stalled).some(({ __typename }) => __typename === 'SnapshotEnd'),
      'the snapshot after the gap',
      60_000,
    );
    const told = messagesOf(stalled);
    const gap = told.findIndex(({ __typename }) => __typename === 'Gap');
    expect(told[gap]).toMatchObject({ reason: 'OVERFLOW' });
    expect(changes(stalled)).toBeLessThan(EVENTS);
    // Nothing is missing: what was not told as a change is in the snapshot.
    const names = new Set(told.slice(gap).map(({ job }) => job?.name.split(' ')[1]));
    for (let i = 0; i < EVENTS; i += 1) expect(names.has(String(i))).toBe(true);
    stalled.ws.close();
    other.ws.close();
  }, 180_000);
});
