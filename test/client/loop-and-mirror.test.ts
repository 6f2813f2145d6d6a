import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLiveClient, type LiveClient } from '../../src/client/index.ts';
import { SCRIPTED } from './documents.ts';
import {
  bookmark,
  change,
  gap,
  ScriptedTransport,
  snapshot,
  snapshotEnd,
  tombstone,
} from './scripted-transport.ts';

let transport: ScriptedTransport;
let client: LiveClient;

beforeEach(() => {
  vi.useFakeTimers();
  transport = new ScriptedTransport();
  client = createLiveClient({ url: '', transport, backoff: { random: () => 1 } });
});
afterEach(() => {
  client.close();
  expect(vi.getTimerCount(), 'timers left').toBe(0);
  vi.useRealTimers();
});

const variables = () => transport.last.request.variables;

describe('a loop', () => {
  it('begins when it is asked, ends when it is left, and pauses while it is slow', async () => {
    const events = client.events(SCRIPTED, {});
    expect(transport.legs).toHaveLength(0);
    const first = events.next();
    transport.send(snapshotEnd('0'));
    expect((await first).value).toMatchObject({ cursor: '0' });
    for (let i = 1; i <= 1_000; i++) transport.send(change(String(i), 'x'));
    expect(transport.last.left).toBe(true);
    const cursors: (string | null)[] = [];
    for await (const { cursor } of events) {
      cursors.push(cursor);
      if (cursor === '1000') expect(variables()).toEqual({ start: 'AFTER', after: '1000' });
      if (cursor === '1000') transport.send(change('1001', 'x'));
      if (cursor === '1001') break;
    }
    expect(cursors).toEqual(Array.from({ length: 1_001 }, (_, i) => String(i + 1)));
    expect(transport.legs).toHaveLength(2);
    expect(transport.last.left).toBe(true);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it('does not pause within a snapshot, which has no place to go on from', async () => {
    const events = client.events(SCRIPTED, {});
    const first = events.next();
    for (let i = 0; i < 3_000; i++) transport.send(snapshot(String(i)));
    transport.send(snapshotEnd('a'));
    expect(transport.last.left).toBe(false);
    transport.send(change('b', 'x'));
    expect(transport.last.left).toBe(true);
    await first;
    for (let i = 0; i < 3_001; i++) await events.next();
    expect(variables()).toMatchObject({ after: 'b' });
    await events.return?.();
  });

  it('gives what had come before it throws, and ends when its signal is aborted', async () => {
    const events = client.events(SCRIPTED, {});
    const first = events.next();
    transport.send(bookmark('a'), bookmark('b'));
    transport.lose('NEVER');
    expect([(await first).value, (await events.next()).value]).toEqual([bookmark('a'), bookmark('b')]);
    await expect(events.next()).rejects.toThrow('cut');
    expect(await events.next()).toEqual({ done: true, value: undefined });

    const leaving = new AbortController();
    const aborted = client.events(SCRIPTED, {}, { signal: leaving.signal });
    const pending = [aborted.next(), aborted.next()];
    leaving.abort();
    expect(await Promise.all(pending)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    const waiting = client.events(SCRIPTED, {});
    const asked = waiting.next();
    await waiting.return?.();
    expect(await asked).toEqual({ done: true, value: undefined });
    const never = client.events(SCRIPTED, {});
    await never.return?.();
    expect(await never.next()).toEqual({ done: true, value: undefined });
  });
});

describe('a mirror', () => {
  it('is the state that messages add up to, and lets a gap pass without a flicker', () => {
    const states: string[] = [];
    const mirror = client.mirror(SCRIPTED, {}, { object: 'job', onChange: () => states.push(shown()) });
    const shown = (): string =>
      [...mirror.objects.values()].map(({ id, state }) => `${id} ${state}`).join(', ') +
      (mirror.complete ? '' : ' …');
    transport.send(snapshot('x'), snapshot('y'), snapshotEnd('a'));
    transport.send(change('b', 'x'), change('c', 'y', 'FAILED', false), bookmark('d'), change('e', 'z'));
    transport.send(tombstone('f', 'x'), gap('f'), snapshot('w'), snapshotEnd('g'));
    expect(states).toEqual([
      'x QUEUED, y QUEUED',
      'x RUNNING, y QUEUED',
      'x RUNNING',
      'x RUNNING, z RUNNING',
      'z RUNNING',
      'z RUNNING …',
      'w QUEUED',
    ]);
    expect(mirror.cursor).toBe('g');
    mirror.stop();
    expect(mirror.ended).toBe(true);
  });

  it('forgets what was in half a snapshot and not in the whole one', () => {
    const mirror = client.mirror(SCRIPTED, {}, { object: 'job' });
    transport.send(snapshot('x'));
    transport.lose();
    vi.advanceTimersByTime(500);
    transport.send(snapshot('y'), snapshotEnd('a'));
    expect([...mirror.objects.keys()]).toEqual(['y']);
  });
});
