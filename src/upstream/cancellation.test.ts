import { getEventListeners } from 'node:events';
import { expect, it, vi } from 'vitest';
import { failure } from '../../test/support/upstream-calls.ts';
import { CancellationSource, cancellationOf } from './cancellation.ts';

it('the first reason stands, and each callback hears it once', () => {
  const source = new CancellationSource();
  const callbacks = Array.from({ length: 3 }, () => vi.fn<() => void>());
  const releases = callbacks.map((callback) => source.onCancel(callback));
  releases[1]?.();
  const [first, second] = [failure('CANCELLED'), failure('PROVIDER_TIMEOUT')];
  source.cancel(first);
  source.cancel(second);
  expect(source.reason).toBe(first);
  expect(callbacks.map((callback) => callback.mock.calls)).toEqual([[[first]], [], [[first]]]);
  expect(source.size).toBe(0);
});

it('a callback may take another one back while the cancelling is under way', () => {
  const source = new CancellationSource();
  const second = vi.fn<() => void>();
  const releases: (() => void)[] = [];
  releases.push(source.onCancel(() => releases[1]?.()));
  releases.push(source.onCancel(second));
  source.cancel(failure('CANCELLED'));
  expect(second).not.toHaveBeenCalled();
});

it('a signal gets one listener for any number of calls', () => {
  const controller = new AbortController();
  const releases = Array.from({ length: 100 }, () => cancellationOf(controller.signal).onCancel(() => {}));
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
  for (const release of releases) release();
  expect(cancellationOf(controller.signal).size).toBe(0);
});

it('an aborted signal is a cancelled call, before and after it is first looked at', () => {
  const controller = new AbortController();
  const heard = vi.fn<() => void>();
  cancellationOf(controller.signal).onCancel(heard);
  controller.abort();
  expect(heard).toHaveBeenCalledTimes(1);
  expect(cancellationOf(controller.signal).reason).toMatchObject({ code: 'CANCELLED' });
  expect(cancellationOf(AbortSignal.abort()).reason).toMatchObject({ code: 'CANCELLED' });
});
