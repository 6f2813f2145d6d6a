import type { LiveObserver, LiveRequest, LiveTransport } from '../../src/client/index.ts';

export interface ScriptedLeg {
  readonly request: LiveRequest;
  readonly observer: LiveObserver;
  left: boolean;
  dropped: boolean;
}

/** A transport in whose place the test speaks. */
export class ScriptedTransport implements LiveTransport {
  readonly legs: ScriptedLeg[] = [];
  closed = false;

  get last(): ScriptedLeg {
    const leg = this.legs.at(-1);
    if (leg === undefined) throw new Error('Nothing was opened.');
    return leg;
  }

  open(request: LiveRequest, observer: LiveObserver) {
    const leg: ScriptedLeg = { request, observer, left: false, dropped: false };
    this.legs.push(leg);
    return { leave: () => void (leg.left = true), drop: () => void (leg.dropped = true) };
  }

  close(): void {
    this.closed = true;
  }

  /** Sends messages of `jobEvents` on the newest leg. */
  send(...messages: readonly object[]): void {
    for (const jobEvents of messages) this.last.observer.next({ data: { jobEvents } });
  }

  lose(retry: 'SOON' | 'LATER' | 'NEVER' = 'SOON', more: { readonly afterMs?: number } = {}): void {
    this.last.observer.lost({ message: 'cut', retry, ...more });
  }
}

export const snapshot = (id: string, state = 'QUEUED') => ({
  __typename: 'JobSnapshot',
  cursor: null,
  job: { id, state },
});
export const snapshotEnd = (cursor: string) => ({ __typename: 'SnapshotEnd', cursor });
export const change = (cursor: string, id: string, state = 'RUNNING', matches = true) => ({
  __typename: 'JobChange',
  cursor,
  matches,
  job: { id, state },
});
export const tombstone = (cursor: string, id: string) => ({ __typename: 'JobTombstone', cursor, id });
export const bookmark = (cursor: string) => ({ __typename: 'Bookmark', cursor });
export const gap = (cursor: string) => ({ __typename: 'Gap', cursor, reason: 'EPOCH' });
