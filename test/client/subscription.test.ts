import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createLiveClient,
  type LiveClient,
  type LiveError,
  type LiveHandlers,
} from '../../src/client/index.ts';
import { SCRIPTED, type ScriptedMessage, type ScriptedVariables } from './documents.ts';
import { bookmark, change, gap, ScriptedTransport, snapshot, snapshotEnd } from './scripted-transport.ts';

/** The longest wait: no luck. */
const backoff = { random: () => 1 };

let transport: ScriptedTransport;
let client: LiveClient;

beforeEach(() => {
  vi.useFakeTimers();
  transport = new ScriptedTransport();
  client = createLiveClient({ url: '', transport, backoff });
});
afterEach(() => {
  client.close();
  expect(vi.getTimerCount(), 'timers left').toBe(0);
  vi.useRealTimers();
});

/** Everything that a subscription told, in one order. */
function watch(variables: ScriptedVariables = {}, more: Partial<LiveHandlers<ScriptedMessage>> = {}) {
  const told: string[] = [];
  const subscription = client.subscribe(SCRIPTED, variables, {
    onMessage: ({ __typename, cursor }) => told.push(`${__typename} ${String(cursor)}`),
    onGap: ({ reason }) => told.push(`gap: ${reason}`),
    onRestart: (reason) => told.push(`restart: ${reason}`),
    onEnd: (error) => told.push(error === null ? 'end' : `${(error as LiveError).code}: ${error.message}`),
    ...more,
  });
  return { told, subscription };
}

const variables = () => transport.last.request.variables;

describe('where a subscription goes on', () => {
  it('sends the variables as they are at first, and the last cursor instead when it comes back', () => {
    const { subscription } = watch({ start: 'NOW' });
    expect(variables()).toEqual({ start: 'NOW' });
    transport.send(bookmark('a'), change('b', 'x'));
    transport.lose();
    expect(subscription.cursor).toBe('b');
    vi.advanceTimersByTime(500);
    expect(transport.legs).toHaveLength(2);
    expect(variables()).toEqual({ start: 'AFTER', after: 'b' });
  });

  it('begins a snapshot anew that was cut, and says so', () => {
    const { told } = watch();
    transport.send(snapshot('x'));
    transport.lose();
    vi.advanceTimersByTime(500);
    expect(variables()).toEqual({});
    transport.send(snapshot('x'), snapshotEnd('a'));
    transport.lose();
    vi.advanceTimersByTime(1_000);
    expect(variables()).toEqual({ start: 'AFTER', after: 'a' });
    expect(told).toEqual(['JobSnapshot null', 'restart: SNAPSHOT_CUT', 'JobSnapshot null', 'SnapshotEnd a']);
  });

  it('says nothing of a restart when nothing had been told', () => {
    const { told, subscription } = watch({ after: 'stored' });
    transport.lose();
    vi.advanceTimersByTime(500);
    expect(variables()).toEqual({ after: 'stored' });
    expect(subscription.cursor).toBe('stored');
    expect(told).toEqual([]);
  });

  it('comes back to a gap whose snapshot was cut, and is told of it again', () => {
    const { told } = watch({ after: 'old' });
    transport.send(gap('old'), snapshot('x'));
    transport.lose();
    vi.advanceTimersByTime(500);
    expect(variables()).toMatchObject({ after: 'old', start: 'AFTER' });
    transport.send(gap('old'), snapshot('x'), snapshotEnd('new'));
    expect(told.filter((line) => line === 'gap: EPOCH')).toHaveLength(2);
    expect(told).not.toContain('restart: SNAPSHOT_CUT');
  });

  it('takes no notice of a leg that was lost, nor of an event that it has', () => {
    const { told } = watch();
    transport.send(snapshotEnd('a'), change('b', 'x'));
    const old = transport.last;
    transport.lose();
    vi.advanceTimersByTime(500);
    old.observer.next({ data: { jobEvents: change('c', 'x') } });
    old.observer.lost({ message: 'again', retry: 'NEVER' });
    old.observer.complete();
    transport.send(change('b', 'x'), bookmark('b'), change('c', 'x'));
    expect(told).toEqual(['SnapshotEnd a', 'JobChange b', 'Bookmark b', 'JobChange c']);
  });

  it('starts over when the gateway does not know its own cursor any more', () => {
    const { told } = watch({ start: 'NOW' });
    transport.send(bookmark('a'));
    transport.lose();
    vi.advanceTimersByTime(500);
    refuse({ code: 'INVALID_CURSOR', retryable: false });
    expect(told).toEqual(['Bookmark a', 'restart: CURSOR_REFUSED']);
    vi.advanceTimersByTime(1_000);
    expect(variables()).toEqual({ start: 'SNAPSHOT', after: null });
  });

  it.each([
    ['a cursor of the caller’s own', { after: 'stored' }, false],
    ['a caller who wants to end at a gap', { onGap: 'FAIL' }, true],
  ] as const)('does not start over for %s', (_, given, resumed) => {
    const { told } = watch(given);
    if (resumed) {
      transport.send(snapshotEnd('a'));
      transport.lose();
      vi.advanceTimersByTime(500);
    }
    refuse({ code: 'INVALID_CURSOR', retryable: false });
    expect(told.at(-1)).toBe('REFUSED: no');
  });
});

function refuse(extensions: Record<string, unknown>, retry: 'SOON' | 'NEVER' = 'NEVER'): void {
  transport.last.observer.refused([{ message: 'no', extensions }], { message: 'refused', retry });
}

describe('when it comes back', () => {
  const waits = (): number[] => {
    const found: number[] = [];
    for (let lost = 0; lost < 9; lost++) {
      const legs = transport.legs.length;
      transport.lose();
      let waited = 0;
      for (; transport.legs.length === legs; waited += 100) vi.advanceTimersByTime(100);
      found.push(waited);
    }
    return found;
  };

  it('waits twice as long each time, up to half a minute', () => {
    watch();
    expect(waits()).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('anew after a connection that was good for a while, and not after one that died at once', () => {
    watch();
    expect(waits()[2]).toBe(2_000);
    transport.send(bookmark('a'));
    vi.advanceTimersByTime(5_000);
    expect(waits()[0]).toBe(500);
    transport.send(bookmark('b'));
    expect(waits()[0]).toBe(30_000);
  });

  it('is spread over the whole wait', () => {
    client = createLiveClient({ url: '', transport, backoff: { random: () => 0 } });
    watch();
    transport.lose();
    vi.advanceTimersByTime(0);
    expect(transport.legs).toHaveLength(2);
  });

  it('leaves a gateway alone that has had enough, and for as long as it asks', () => {
    watch();
    transport.lose('LATER');
    vi.advanceTimersByTime(9_999);
    expect(transport.legs).toHaveLength(1);
    vi.advanceTimersByTime(5_001);
    transport.lose('SOON', { afterMs: 60_000 });
    vi.advanceTimersByTime(59_999);
    expect(transport.legs).toHaveLength(2);
    vi.advanceTimersByTime(30_001);
    expect(transport.legs).toHaveLength(3);
  });

  it('takes silence for a dead connection, and a bookmark for life', () => {
    const states: string[] = [];
    watch({}, { onState: (state, why) => states.push(why === null ? state : `${state}: ${why}`) });
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(39_000);
      transport.send(bookmark(String(i)));
    }
    expect(transport.legs).toHaveLength(1);
    vi.advanceTimersByTime(40_000);
    expect(transport.last.dropped).toBe(true);
    vi.advanceTimersByTime(500);
    expect(variables()).toMatchObject({ after: '9' });
    expect(states).toEqual(['LIVE', 'WAITING: Nothing was heard for 40000 ms.', 'CONNECTING']);
  });

  it('takes silence before the first message for a dead connection, too', () => {
    watch();
    vi.advanceTimersByTime(40_000);
    expect(transport.last.dropped).toBe(true);
  });

  it('takes the silence of a log for nothing, as long as the connection lives, and its end for the end', () => {
    const told: string[] = [];
    client.subscribe(
      `subscription ($after: String) { logs(execution: "e", after: $after) { __typename
        ... on LogChunk { cursor } ... on LogGap { cursor } ... on LogNotice { cursor } ... on LogEnded { cursor } } }`,
      {},
      {
        onMessage: ({ __typename, cursor }) => told.push(`${__typename} ${String(cursor)}`),
        onEnd: (error) => told.push(String(error)),
      },
    );
    const send = (__typename: string, cursor: string): void =>
      transport.last.observer.next({ data: { logs: { __typename, cursor } } });
    send('LogChunk', 'a');
    for (let i = 0; i < 9; i++) {
      vi.advanceTimersByTime(30_000);
      transport.last.observer.alive?.();
    }
    expect(transport.legs).toHaveLength(1);
    vi.advanceTimersByTime(40_500);
    expect(variables()).toEqual({ after: 'a' });
    send('LogChunk', 'a');
    send('LogNotice', 'a');
    send('LogEnded', 'b');
    expect(told).toEqual(['LogChunk a', 'LogNotice a', 'LogEnded b', 'null']);
    expect(transport.last.left).toBe(true);
    watch();
    expect(transport.last.observer.alive).toBeUndefined();
  });

  it('comes back to a gateway that ended the stream, as one that drains does over an event stream', () => {
    const { told } = watch();
    transport.send(snapshotEnd('a'), bookmark('b'));
    transport.last.observer.complete();
    vi.advanceTimersByTime(500);
    expect(variables()).toMatchObject({ after: 'b' });
    expect(told).not.toContain('end');
  });
});

describe('how it ends', () => {
  it('when it is stopped, aborted or its client closed: once, and nothing is told any more', async () => {
    const leaving = new AbortController();
    const ends = [
      watch(),
      watch({}, { signal: leaving.signal }),
      watch(),
      watch({}, { signal: AbortSignal.abort() }),
    ];
    const legs = [...transport.legs];
    expect(legs).toHaveLength(3);
    ends[0]?.subscription.stop();
    ends[0]?.subscription.stop();
    leaving.abort();
    client.close();
    await Promise.resolve();
    legs.forEach(({ observer }) => observer.next({ data: { jobEvents: bookmark('a') } }));
    expect(legs.map(({ left }) => left)).toEqual([true, true, true]);
    for (const { told, subscription } of ends) {
      expect(told).toEqual(['end']);
      expect(subscription.ended).toBe(true);
    }
    expect(transport.closed).toBe(true);
    expect(() => watch()).toThrow('closed');
  });

  it('while it waits to come back', () => {
    const { subscription } = watch();
    transport.lose();
    subscription.stop();
    vi.advanceTimersByTime(60_000);
    expect(transport.legs).toHaveLength(1);
  });

  it('with the gateway, behind a gap that it was to fail at', () => {
    const { told } = watch({ onGap: 'FAIL', after: 'old' });
    transport.send(gap('beyond'));
    transport.last.observer.complete();
    expect(told).toEqual(['gap: EPOCH', 'Gap beyond', 'end']);
  });

  it('with an error that does not go away, and not with one that does', () => {
    const { told } = watch();
    refuse({ code: 'SHUTTING_DOWN', retryable: true });
    vi.advanceTimersByTime(500);
    refuse({ code: 'TOO_MANY_CONNECTIONS' }, 'SOON');
    vi.advanceTimersByTime(1_000);
    refuse({ code: 'RATE_LIMITED', retryable: true, retryAfterMs: 20_000 });
    vi.advanceTimersByTime(19_999);
    expect(transport.legs).toHaveLength(3);
    vi.advanceTimersByTime(20_000);
    expect(told).toEqual([]);
    refuse({ code: 'FORBIDDEN', retryable: false }, 'SOON');
    expect(told).toEqual(['REFUSED: no']);
  });

  it('with an answer that is nothing but errors, as nobody knows what was in it', () => {
    const { told } = watch();
    transport.last.observer.next({ data: null, errors: [{ message: 'broken' }] });
    expect(told).toEqual(['REFUSED: broken']);
  });

  it('not with a message of which only fields could not be had', () => {
    const failed: string[] = [];
    const { told } = watch(
      {},
      { onFieldErrors: ([first], { cursor }) => failed.push(`${cursor}: ${first?.message}`) },
    );
    transport.last.observer.next({ data: { jobEvents: change('a', 'x') }, errors: [{ message: 'no node' }] });
    expect([failed, told]).toEqual([['a: no node'], ['JobChange a']]);
  });

  it('with the connection, when it was closed for good', () => {
    const { told } = watch();
    transport.lose('NEVER');
    expect(told).toEqual(['CLOSED: cut']);
  });

  it('not with a credential that ends while it is used, if there may be a newer one; once', () => {
    for (const renews of [false, true]) {
      client = createLiveClient({
        url: '',
        transport,
        backoff,
        ...(renews ? { connectionParams: () => ({}) } : {}),
      });
      for (const refused of [
        () => refuse({ code: 'UNAUTHENTICATED', retryable: false }),
        () => transport.last.observer.lost({ message: 'no', retry: 'NEVER', code: 4403 }),
      ]) {
        const { told } = watch();
        transport.send(bookmark('a'));
        refused();
        vi.advanceTimersByTime(500);
        if (renews) {
          expect([variables(), told]).toEqual([{ start: 'AFTER', after: 'a' }, ['Bookmark a']]);
          refused();
        }
        expect(told.at(-1)).toMatch(/^(?:REFUSED|CLOSED): no$/);
      }
    }
    const { told } = watch();
    transport.send(bookmark('a'));
    refuse({ code: 'FORBIDDEN', retryable: false });
    expect(told.at(-1)).toBe('REFUSED: no');
  });

  it('with a handler that throws, without a word to the transport', () => {
    const fault = new Error('a bug');
    const ends: (Error | null)[] = [];
    watch(
      {},
      {
        onMessage: () => {
          throw fault;
        },
        onEnd: (error) => ends.push(error),
      },
    );
    transport.send(bookmark('a'));
    expect(ends).toEqual([expect.objectContaining({ code: 'HANDLER', cause: fault })]);
    expect(transport.last.left).toBe(true);
  });

  it('from within its own handlers', () => {
    for (const stopAt of ['onMessage', 'onGap', 'onState', 'onRestart'] as const) {
      const stop = (): void => subscription.stop();
      const { told, subscription } = watch({}, { [stopAt]: stop });
      transport.send(snapshot('x'));
      transport.lose();
      vi.advanceTimersByTime(500);
      transport.send(gap('a'), bookmark('b'));
      expect(subscription.ended, stopAt).toBe(true);
      expect(told.at(-1)).toBe('end');
    }
  });
});
