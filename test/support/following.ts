import { vi } from 'vitest';
import type { LiveEvent, WatchedKind, WatchedRecord } from '../../src/live/event.ts';
import { LiveHub } from '../../src/live/hub.ts';
import { RingLog } from '../../src/live/log/ring.ts';
import type { LiveOptions } from '../../src/live/options.ts';
import type { NativeKey } from '../../src/model/ids.ts';
import type { AnyRecord } from '../../src/model/records.ts';
import type { Provider } from '../../src/providers/registry.ts';
import { ProviderRegistry } from '../../src/providers/registry.ts';
import { RecentProviderEvents } from '../../src/providers/recent-events.ts';
import type { SimRig } from '../contract/rig.ts';
import { SHARED_ACCESS } from '../../src/providers/access.ts';

/** A hub over a real adapter and an emulator, whose world moves only when a test moves it. */
export interface Following {
  readonly hub: LiveHub;
  readonly events: readonly LiveEvent[];
  readonly faults: readonly unknown[];
  /** Polls that were made. */
  readonly polls: () => number;
  /** Waits until the provider was looked at, by a poll that began after this was called. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** The hub's clock is the world's; what passes between two polls is a moment of the machine's. */
const OPTIONS: Partial<LiveOptions> = {
  hotMs: 5,
  warmMs: 5,
  jitter: 0,
  fullSweepMs: 60_000,
  horizonMs: 30 * 86_400_000,
};

export function follow(rig: SimRig, options: Partial<LiveOptions> = {}): Following {
  const { provider: key, adapter, upstream, clock, sim } = rig;
  const spy = vi.spyOn(adapter, 'changes');
  const provider: Provider = {
    key,
    name: key,
    kind: 'emulated',
    adapter,
    upstream,
    timeoutMs: 5_000,
    access: SHARED_ACCESS,
    callback: null,
    events: new RecentProviderEvents(),
  };
  const log = new RingLog({ clock });
  const events: LiveEvent[] = [];
  const faults: unknown[] = [];
  log.listen({
    appended: (entries) => events.push(...entries.map(({ event }) => event)),
    broken: (partition) => faults.push(`${partition} began a new epoch`),
  });
  const hub = new LiveHub({
    providers: new ProviderRegistry([provider]),
    log,
    clock,
    onFault: (fault) => faults.push(fault),
    options: { ...OPTIONS, ...options },
  });
  const anything = { kind: 'job', filter: {} } as const;
  return {
    hub,
    events,
    faults,
    polls: () => spy.mock.calls.length,
    async settled() {
      // A poll that ends in the second of two moments began after the first.
      for (let i = 0; i < 2; i++) {
        sim.pass(1);
        await vi.waitFor(
          () => {
            const [state] = hub.sources(anything);
            if (state?.readAt !== clock.now()) {
              throw new Error(`not looked at: ${state?.errorCode ?? 'no poll ended'}`);
            }
          },
          { timeout: 8_000, interval: 3 },
        );
      }
    },
    async close() {
      await hub.close();
      await log.close();
    },
  };
}

/** What a change of an object is seen by. */
export function faceOf(record: AnyRecord): string {
  if (!('generation' in record)) return record.kind === 'computeNode' ? record.status.state : '';
  const { state, raw, reason } = record.status;
  return JSON.stringify([state, raw, reason]);
}

/** The provider as a reader of a snapshot, and of all events after it, believes it to be. */
export class EventMirror {
  readonly faces = new Map<string, string>();
  #read = 0;

  constructor(hub: LiveHub, kinds: readonly WatchedKind[]) {
    for (const kind of kinds) for (const record of hub.snapshot({ kind, filter: {} })) this.#set(record);
  }

  read(events: readonly LiveEvent[]): void {
    for (const event of events.slice(this.#read)) {
      if (event.type === 'TOMBSTONE') this.faces.delete(`${event.kind} ${event.key}`);
      else this.#set(event.record);
    }
    this.#read = events.length;
  }

  keysOf(kind: WatchedKind): NativeKey[] {
    const names = [...this.faces.keys()].filter((name) => name.startsWith(`${kind} `));
    return names.map((name) => name.slice(kind.length + 1) as NativeKey);
  }

  #set(record: WatchedRecord): void {
    this.faces.set(`${record.kind} ${record.key}`, faceOf(record));
  }
}
