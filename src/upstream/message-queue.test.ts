import { describe, expect, it, vi } from 'vitest';
import { failure } from '../../test/support/upstream-calls.ts';
import { MessageQueue } from './message-queue.ts';

function setup() {
  const valve = { pause: vi.fn<() => void>(), resume: vi.fn<() => void>() };
  const onReturn = vi.fn<() => void>();
  return { valve, onReturn, queue: new MessageQueue(valve, onReturn) };
}

describe('MessageQueue', () => {
  it('delivers in order, whether the reader or the message comes first', async () => {
    const { queue } = setup();
    const early = [queue.next(), queue.next()];
    for (const text of ['1', '2', '3']) queue.push(text);
    queue.end(null);
    const late = [queue.next(), queue.next()];
    expect((await Promise.all([...early, ...late])).map(({ value }) => value)).toEqual([
      '1',
      '2',
      '3',
      undefined,
    ]);
  });

  it('delivers what was queued before an error, then the error, then the end', async () => {
    const { queue } = setup();
    queue.push('1');
    queue.end(failure('PROVIDER_UNAVAILABLE'));
    queue.push('after the end');
    expect(await queue.next()).toMatchObject({ value: '1' });
    await expect(queue.next()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    expect(await queue.next()).toMatchObject({ done: true });
  });

  it('tells a waiting reader of an error', async () => {
    const { queue } = setup();
    const waiting = [queue.next(), queue.next()];
    queue.end(failure('PROVIDER_UNAVAILABLE'));
    await expect(waiting[0]).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    expect(await waiting[1]).toMatchObject({ done: true });
  });

  it('pauses the source above its high mark and resumes it below its low one', async () => {
    const { queue, valve } = setup();
    const message = 'x'.repeat(100_000);
    for (let i = 0; i < 11; i++) queue.push(message);
    expect(valve.pause).toHaveBeenCalledTimes(1);
    for (let i = 0; i < 8; i++) await queue.next();
    expect(valve.resume).not.toHaveBeenCalled();
    await queue.next();
    expect(valve.resume).toHaveBeenCalledTimes(1);
  });

  it('is filled by empty messages, too', () => {
    const { queue, valve } = setup();
    for (let i = 0; i < 20_000; i++) queue.push('');
    expect(valve.pause).toHaveBeenCalledTimes(1);
  });

  it('tells the socket when the reader stops early', async () => {
    const { queue, onReturn } = setup();
    queue.push('1');
    queue.push('2');
    for await (const message of queue) {
      expect(message).toBe('1');
      break;
    }
    expect(onReturn).toHaveBeenCalledTimes(1);
    expect(await queue.next()).toMatchObject({ done: true });
  });
});
