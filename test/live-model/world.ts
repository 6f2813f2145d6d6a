import type { ProviderKey } from '../../src/model/ids.ts';
import type { ComputeNodeRecord, JobRecord } from '../../src/model/records.ts';
import { isTerminal, type State } from '../../src/model/state.ts';
import type { LiveEvent, WatchedRecord } from '../../src/live/event.ts';
import type { Random } from './random.ts';
import { changed, computeNode, corrected, gone, job } from './records.ts';

const ALIVE = ['QUEUED', 'PREPARING', 'RUNNING', 'FINALIZING'] as const satisfies State[];
const ENDS = ['SUCCEEDED', 'FAILED', 'CANCELLED'] as const satisfies State[];
/** So few that the same object is met again and again. */
const MOST_OBJECTS = 14;

/** What really is at the providers: jobs that come, move on, end, are revised, run again and vanish, and machines. */
export class World {
  readonly #random: Random;
  readonly #records = new Map<ProviderKey, Map<string, WatchedRecord>>();
  #made = 0;
  #revision = 1;

  constructor(random: Random, providers: readonly ProviderKey[]) {
    this.#random = random;
    for (const key of providers) this.#records.set(key, new Map());
  }

  recordsOf(key: ProviderKey): WatchedRecord[] {
    return [...this.#records.get(key)!.values()];
  }

  /** Something happens at one provider; how a gateway that saw it would tell. */
  happen(key: ProviderKey): LiveEvent {
    const records = this.#records.get(key)!;
    const known = [...records.values()];
    const isNew = known.length === 0 || (known.length < MOST_OBJECTS && this.#random.chance(0.3));
    const event = isNew ? this.#arrival(key) : this.#move(this.#random.pick(known));
    if (event.type === 'TOMBSTONE') records.delete(event.key);
    else records.set(event.key, event.record);
    return event;
  }

  #arrival(owner: ProviderKey): LiveEvent {
    const name = `${this.#random.pick(['red', 'blue'])}-${String(++this.#made)}`;
    if (this.#random.chance(0.15)) return changed(null, computeNode(name, 'READY', owner));
    const state = this.#random.chance(0.1) ? this.#random.pick(ENDS) : this.#random.pick(ALIVE);
    return changed(null, job(name, { provider: owner, state, revision: ++this.#revision }));
  }

  #move(before: WatchedRecord): LiveEvent {
    if (this.#random.chance(0.08)) return gone(before);
    if (before.kind === 'computeNode') return this.#moveNode(before);
    if (before.kind !== 'job') throw new TypeError('The world has jobs and machines only.');
    return isTerminal(before.status.state) ? this.#moveEnded(before) : this.#moveAlive(before);
  }

  #moveAlive(before: JobRecord): LiveEvent {
    if (this.#random.chance(0.3)) return changed(before, this.#next(before, this.#random.pick(ENDS)));
    const at = ALIVE.findIndex((state) => state === before.status.state);
    const state = this.#random.chance(0.2) ? before.status.state : ALIVE[Math.min(at + 1, ALIVE.length - 1)]!;
    return changed(before, this.#next(before, state));
  }

  #moveEnded(before: JobRecord): LiveEvent {
    const { state } = before.status;
    const choice = this.#random.weighted({ rerun: 3, revise: 2, label: 1 });
    if (choice === 'rerun') {
      return changed(before, this.#next(before, 'QUEUED', before.generation + 1), { reopened: true });
    }
    if (choice === 'label') return changed(before, this.#next(before, state));
    const other = this.#random.pick(ENDS.filter((end) => end !== state));
    return corrected(before, this.#next(before, other));
  }

  #moveNode(before: ComputeNodeRecord): LiveEvent {
    const state = this.#random.pick(['READY', 'DRAINING', 'OFFLINE', 'CLOSED'] as const);
    return changed(before, { ...before, ...computeNode(before.key, state, before.provider) });
  }

  #next(before: JobRecord, state: State, generation = before.generation): JobRecord {
    const labels = this.#random.chance(0.3)
      ? [{ key: 'team', value: this.#random.pick(['x', 'y']) }]
      : before.labels;
    return job(before.key, {
      provider: before.provider,
      state,
      generation,
      labels,
      revision: ++this.#revision,
    });
  }
}
