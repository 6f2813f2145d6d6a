import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changed, corrected, gone, job } from '../../../test/live-model/records.ts';
import type { NativeKey } from '../../model/ids.ts';
import type { State } from '../../model/state.ts';
import type { LiveEvent } from '../event.ts';
import type { LogEntry } from '../event-log.ts';
import { Delta } from './delta.ts';
import { FeedQueue } from './feed-queue.ts';

let seq = 0;
function delta(event: LiveEvent): Delta {
  const position = { epoch: 'e', seq: ++seq };
  const entry: LogEntry = { partition: event.provider, position, event, at: event.observedAt };
  return new Delta(entry, 'PASSES', () => String(position.seq));
}

function runs(key: string, state: State = 'RUNNING', before: State | null = 'QUEUED'): Delta {
  const was = before === null ? null : job(key, { state: before });
  return delta(changed(was, job(key, { state })));
}

function drained(queue: FeedQueue): Delta[] {
  const all: Delta[] = [];
  for (let next = queue.shift(); next !== null; next = queue.shift()) all.push(next);
  return all;
}

const ROOM = { maxMessages: 4, maxBytes: 1_000_000 };

describe('the queue of a feed', () => {
  it('keeps every change in order while there is room', () => {
    const queue = new FeedQueue(ROOM);
    const given = [runs('x'), runs('x'), runs('y'), runs('x')];
    for (const one of given) expect(queue.push(one)).toBe(true);
    expect(drained(queue)).toEqual(given);
    expect(queue.coalesced).toBe(0);
  });

  it('lets a newer change of an object take the place of older ones when full, at the place of the newer', () => {
    const queue = new FeedQueue(ROOM);
    const oldest = runs('x', 'PREPARING', 'QUEUED');
    const newest = runs('x', 'FINALIZING', 'RUNNING');
    const other = runs('y');
    for (const one of [oldest, other, runs('x', 'RUNNING', 'PREPARING'), runs('z'), newest]) {
      expect(queue.push(one)).toBe(true);
    }
    const [first, , last] = drained(queue);
    expect(first).toBe(other);
    expect(last?.item().message).toMatchObject({
      type: 'CHANGE',
      coalesced: 2,
      cursor: newest.item().message.cursor,
      event: { before: { status: { state: 'QUEUED' } }, record: { status: { state: 'FINALIZING' } } },
    });
    expect(last?.item().entry).toBeNull();
    expect(queue.coalesced).toBe(2);
    expect(queue.bytes).toBe(0);
  });

  it('keeps every change again once it was emptied', () => {
    const queue = new FeedQueue(ROOM);
    for (let i = 0; i < 9; i++) queue.push(runs('x'));
    expect(drained(queue)).toHaveLength(1);
    for (let i = 0; i < 3; i++) queue.push(runs('x'));
    expect(drained(queue)).toHaveLength(3);
  });

  it('keeps ends, revised ends and deletions, and gives up when they are too many', () => {
    const queue = new FeedQueue(ROOM);
    const ended = job('x', { state: 'FAILED' });
    const kept = [
      delta(changed(null, ended)),
      delta(corrected(ended, job('x', { state: 'SUCCEEDED' }))),
      delta(gone(ended)),
      delta(changed(null, ended)),
    ];
    for (const one of kept) expect(queue.push(one)).toBe(true);
    expect(queue.push(runs('y'))).toBe(false);
    queue.clear();
    expect(queue.length).toBe(0);
    expect(queue.bytes).toBe(0);
  });

  it('takes one entry of any size', () => {
    const queue = new FeedQueue({ maxMessages: 10, maxBytes: 10 });
    expect(queue.push(runs('x'))).toBe(true);
    expect(queue.push(runs('y'))).toBe(false);
  });

  it('is bounded by bytes too', () => {
    const one = runs('x');
    const queue = new FeedQueue({ maxMessages: 100, maxBytes: one.bytes * 2 });
    for (let i = 0; i < 50; i++) expect(queue.push(i % 2 === 0 ? runs('x') : runs('y'))).toBe(true);
    expect(queue.length).toBe(2);
    expect(queue.coalesced).toBe(48);
  });

  it('never forgets an end, never reorders an object, never exceeds its bounds', () => {
    const key = fc.constantFrom('p', 'q', 'r', 's');
    const step = fc.oneof(
      fc.record({ do: fc.constant('change' as const), key }),
      fc.record({ do: fc.constant('end' as const), key }),
      fc.record({ do: fc.constant('delete' as const), key }),
      fc.record({ do: fc.constant('take' as const), key }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 80 }),
        fc.integer({ min: 1, max: 12 }),
        (steps, maxMessages) => {
          const queue = new FeedQueue({ maxMessages, maxBytes: 1e9 });
          const pushed: Delta[] = [];
          const taken: Delta[] = [];
          for (const { do: act, key } of steps) {
            if (act === 'take') {
              const one = queue.shift();
              if (one !== null) taken.push(one);
              continue;
            }
            const ended = job(key, { state: 'FAILED' });
            const one =
              act === 'change' ? runs(key) : delta(act === 'end' ? changed(null, ended) : gone(ended));
            pushed.push(one);
            if (!queue.push(one)) return;
            expect(queue.length).toBeLessThanOrEqual(maxMessages);
          }
          taken.push(...drained(queue));
          const cursors = taken.map((one) => Number(one.item().message.cursor));
          expect(cursors).toEqual([...cursors].sort((a, b) => a - b));
          const delivered = new Set(cursors);
          for (const one of pushed) {
            const own = Number(one.item().message.cursor);
            // Delivered, or a change that something later of the same object stands for.
            const later = taken.some((other) => other.object === one.object && Number(other.item().message.cursor) > own); // prettier-ignore
            expect(delivered.has(own) || (one.forgettable && later)).toBe(true);
          }
          expect(queue.bytes).toBe(0);
          expect(taken.length + queue.coalesced).toBe(pushed.length);
        },
      ),
    );
  });

  it('costs the same per event, however long it has been full', () => {
    const queue = new FeedQueue({ maxMessages: 2_000, maxBytes: 1e9 });
    const keys = Array.from({ length: 1_500 }, (_, i) => `job-${String(i)}` as NativeKey);
    for (let i = 0; i < 20_000; i++) queue.push(runs(keys[i % keys.length]!));
    expect(queue.length).toBe(1_500);
  });
});
