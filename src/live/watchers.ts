import { FILTERS_OF, filterFor } from '../merge/filter.ts';
import type { ListFilter } from '../providers/provider.ts';
import type { Provider } from '../providers/registry.ts';
import type { WatchedKind } from './event.ts';
import type { Interest } from './live.ts';
import type { Tracker } from './tracker.ts';

/** Of more interests than this the filters are not looked at any more to find out whether anything moves. */
const MAX_LOOKED_AT = 32;

/** What of one provider is watched, each interest once however many share it. */
export class Watchers {
  readonly #held = new Map<string, { readonly interest: Interest; count: number }>();
  #count = 0;

  /** How many watch. */
  get size(): number {
    return this.#count;
  }

  /** How many different interests there are. */
  get interests(): number {
    return this.#held.size;
  }

  /** Registers an interest; returns how to take it back, once. */
  add(interest: Interest): () => void {
    const name = JSON.stringify([interest.kind, interest.filter]);
    const held = this.#held.get(name) ?? { interest, count: 0 };
    held.count += 1;
    this.#held.set(name, held);
    this.#count += 1;
    let here = true;
    return () => {
      if (!here) return;
      here = false;
      held.count -= 1;
      this.#count -= 1;
      if (held.count === 0) this.#held.delete(name);
    };
  }

  /** Whether work that has not ended is watched. What machines are and do changes slowly. */
  seeLife(provider: Provider, tracker: Tracker): boolean {
    const interests = [...this.#held.values()].map(({ interest }) => interest);
    if (interests.length > MAX_LOOKED_AT) {
      return interests.some(({ kind }) => kind !== 'computeNode') && tracker.hasLive('job', {});
    }
    return interests.some(({ kind, filter }) => {
      const own = kind === 'computeNode' ? null : filterFor(provider, filter);
      if (own === null) return false;
      return tracker.hasLive(kind, lasting(own, kind)) || (kind !== 'job' && tracker.hasLive('job', lasting(own, 'job'))); // prettier-ignore
    });
  }
}

/** A filter without what changes as work moves on: what does not match now may match next. */
function lasting(filter: ListFilter, kind: WatchedKind): ListFilter {
  const names = FILTERS_OF[kind].filter((name) => name !== 'states' && name !== 'reasons');
  return Object.fromEntries(names.map((name) => [name, filter[name]]));
}
