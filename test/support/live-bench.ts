import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { EventLog, LogEntry } from '../../src/live/event-log.ts';
import { LiveHub } from '../../src/live/hub.ts';
import type { KnownStore } from '../../src/live/known/known-store.ts';
import { RingLog } from '../../src/live/log/ring.ts';
import type { LiveOptions } from '../../src/live/options.ts';
import type { JobRecord } from '../../src/model/records.ts';
import type { State } from '../../src/model/state.ts';
import { ProviderRegistry } from '../../src/providers/registry.ts';
import { job, LAB } from './live-records.ts';
import type { ScriptedProvider } from './scripted-provider.ts';

/** A hub over scripted providers, in time that a test moves by hand. */
export interface LiveBench {
  readonly hub: LiveHub;
  readonly entries: readonly LogEntry[];
  /** Partitions that began a new epoch. */
  readonly broken: readonly string[];
  /** What was told since the last time this was asked. */
  words(): string[];
}

export interface LiveBenches {
  start(
    providers: readonly ScriptedProvider[],
    options?: Partial<LiveOptions>,
    log?: EventLog,
    known?: KnownStore,
  ): LiveBench;
  /** Faults reported since the last time this was asked: a test that expects some has to ask. */
  faults(): unknown[];
  pass(ms: number): Promise<void>;
}

/** Registers the hooks that make time stand still, and that see to it that nothing is left behind. */
export function liveBenches(): LiveBenches {
  const hubs: LiveHub[] = [];
  const faults: unknown[] = [];

  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(async () => {
    const closed = Promise.all(hubs.splice(0).map((hub) => hub.close()));
    // Adapters that do not heed the signal are given up on after a while.
    await vi.advanceTimersByTimeAsync(5_000);
    await closed;
    const left = vi.getTimerCount();
    vi.useRealTimers();
    expect([faults.splice(0), left]).toEqual([[], 0]);
  });

  return {
    faults: () => faults.splice(0),
    pass: async (ms) => {
      await vi.advanceTimersByTimeAsync(ms);
    },
    start(providers, options = {}, log = new RingLog(), known) {
      const entries: LogEntry[] = [];
      const broken: string[] = [];
      log.listen({
        appended: (more) => entries.push(...more),
        broken: (partition) => broken.push(partition),
      });
      const hub = new LiveHub({
        providers: new ProviderRegistry(providers),
        log,
        known: known ?? null,
        onFault: (fault) => faults.push(fault),
        options: { jitter: 0, ...options },
        random: () => 0.5,
      });
      hubs.push(hub);
      let read = 0;
      const words = (): string[] => {
        const fresh = entries.slice(read).map(({ event }) => {
          const name = `${event.type} ${event.provider}/${event.key}`;
          return event.type === 'TOMBSTONE' ? name : `${name} ${event.record.status.state}`;
        });
        read = entries.length;
        return fresh;
      };
      return { hub, entries, broken, words };
    },
  };
}

/** A job as it is at this moment. */
export function jobNow(key: string, state: State, provider = LAB): JobRecord {
  return job(key, state, { at: Date.now(), createdAt: Date.now(), provider });
}
