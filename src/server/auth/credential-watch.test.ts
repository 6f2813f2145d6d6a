import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LOCAL_VIEWER } from '../../model/access.ts';
import type { GridweaveError } from '../../model/errors.ts';
import { systemClock, type EpochMs } from '../../model/time.ts';
import { CredentialWatch } from './credential-watch.ts';
import type { Identity } from './identity.ts';
import { endedToken, withdrawn } from './refusal.ts';

let gone: Set<string>;
let judged: number;
let watch: CredentialWatch;

beforeEach(() => {
  vi.useFakeTimers();
  gone = new Set();
  judged = 0;
  watch = new CredentialWatch(({ source, expiresAt }) => {
    judged += 1;
    if (gone.has(source)) return withdrawn();
    return expiresAt !== null && expiresAt <= Date.now() ? endedToken() : null;
  }, systemClock);
});

afterEach(() => {
  watch.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function add(source: string, lifeMs: number | null) {
  const expiresAt = lifeMs === null ? null : ((Date.now() + lifeMs) as EpochMs);
  const identity: Identity = { viewer: LOCAL_VIEWER, source, expiresAt };
  const onEnd = vi.fn<(error: GridweaveError) => void>();
  return { onEnd, stop: watch.add(identity, onEnd) };
}

it('tells when the first credential ends, and not before; once', () => {
  const [late, soon, never] = [add('a', 10_000), add('b', 3_000), add('c', null)];
  vi.advanceTimersByTime(2_999);
  expect(soon.onEnd).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(soon.onEnd).toHaveBeenCalledOnce();
  expect(late.onEnd).not.toHaveBeenCalled();
  vi.advanceTimersByTime(7_000);
  expect(late.onEnd).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(600_000);
  expect(soon.onEnd).toHaveBeenCalledOnce();
  expect(never.onEnd).not.toHaveBeenCalled();
  expect(watch.size).toBe(1);
});

it('judges everybody every 30 s, whatever they have', () => {
  const { onEnd } = add('a', null);
  add('b', 3_600_000);
  vi.advanceTimersByTime(29_999);
  expect(judged).toBe(0);
  gone.add('a');
  vi.advanceTimersByTime(1);
  expect(judged).toBe(2);
  expect(onEnd).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ reason: 'ENDED' }));
});

it('judges at once when it is told to', () => {
  const { onEnd } = add('a', null);
  gone.add('a');
  watch.sweep();
  expect(onEnd).toHaveBeenCalledOnce();
});

it('tells nobody who has left, and needs no timer for nobody', () => {
  const [a, b] = [add('a', 1_000), add('b', 1_000)];
  a.stop();
  a.stop();
  b.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(60_000);
  expect(a.onEnd).not.toHaveBeenCalled();
});

it('sees to ends that are near each other together', () => {
  for (let i = 0; i < 1_000; i++) add(String(i), 1_000 + i);
  vi.advanceTimersByTime(2_500);
  expect(watch.size).toBe(0);
  expect(judged).toBeLessThan(5_000);
});
