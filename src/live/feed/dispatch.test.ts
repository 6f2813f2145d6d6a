import { describe, expect, it } from 'vitest';
import { changed, job, provider } from '../../../test/live-model/records.ts';
import type { EventLogListener, LogEntry } from '../event-log.ts';
import { RingLog } from '../log/ring.ts';
import { Dispatch, type Taker } from './dispatch.ts';

const A = provider('a');

function entry(seq: number, epoch = 'e'): LogEntry {
  const event = changed(null, job(String(seq)));
  return { partition: A, position: { epoch, seq }, event, at: event.observedAt };
}

/** A log whose tellings are made by hand, and one who takes jobs of one partition. */
function bench(): { told: string[]; taker: Taker; dispatch: Dispatch; tell: () => EventLogListener } {
  let listener: EventLogListener | null = null;
  const log = Object.assign(new RingLog(), {
    window: () => ({ epoch: 'e', firstSeq: 1, lastSeq: 2, oldestAt: null, bytes: 0 }),
    listen: (given: EventLogListener) => {
      listener = given;
      return () => {
        listener = null;
      };
    },
  });
  const told: string[] = [];
  const dispatch = new Dispatch(log);
  const taker: Taker = {
    interest: { kind: 'job', filter: {} },
    partitions: [A],
    offer: ({ position }) => {
      told.push(`${String(position.seq)} of ${position.epoch}`);
      return true;
    },
    offered: () => told.push('.'),
    broken: (partition) => told.push(`${partition} is broken`),
  };
  dispatch.add(taker);
  return {
    told,
    taker,
    dispatch,
    tell: () => {
      if (listener === null) throw new Error('Nobody listens.');
      return listener;
    },
  };
}

describe('the listener of all feeds', () => {
  it('passes over what was visible before it listened, and tells a whole append before anybody is woken', () => {
    const { told, tell } = bench();
    tell().appended([entry(1), entry(2), entry(3), entry(4)]);
    expect(told).toEqual(['3 of e', '4 of e', '.']);
  });

  it('does not believe a log that leaves something out', () => {
    const { told, tell, dispatch } = bench();
    tell().appended([entry(4)]);
    tell().appended([entry(1, 'f')]);
    expect(told).toEqual(['a is broken', '4 of e', '.', 'a is broken', '1 of f', '.']);
    expect(dispatch.tails.get(A)).toEqual({ epoch: 'f', seq: 1 });
  });

  it('tells a new epoch, and goes on from its beginning', () => {
    const { told, tell } = bench();
    tell().broken(A, { epoch: 'f', firstSeq: 1, lastSeq: 0, oldestAt: null, bytes: 0 });
    tell().appended([entry(1, 'f')]);
    expect(told).toEqual(['a is broken', '1 of f', '.']);
  });

  it('takes no notice of partitions that nobody takes', () => {
    const { told, tell } = bench();
    const other = { ...entry(9), partition: provider('b') };
    tell().appended([other]);
    tell().broken(provider('b'), { epoch: 'f', firstSeq: 1, lastSeq: 0, oldestAt: null, bytes: 0 });
    expect(told).toEqual([]);
  });

  it('listens while there is anybody', () => {
    const { tell, dispatch, taker } = bench();
    dispatch.remove(taker);
    expect(() => tell()).toThrow('Nobody');
    expect(dispatch.tails.size).toBe(0);
  });
});
