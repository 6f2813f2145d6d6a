/** The discrete events of one site, in the order in which they happen: by time, then by when they were planned. */
export interface Timeline {
  /** Plans something; a time in the past means as soon as possible. */
  at(time: number, run: () => void): void;
  /** Runs everything due up to and including `time`, events planned meanwhile included. */
  runUntil(time: number): void;
  /** The time of the event being run, or of the last `runUntil`. Never goes back. */
  readonly now: number;
}

interface Planned {
  readonly time: number;
  readonly order: number;
  readonly run: () => void;
}

function isBefore(a: Planned, b: Planned): boolean {
  return a.time === b.time ? a.order < b.order : a.time < b.time;
}

/** `afterEach` runs after every event: the place for what several causes within one event ask for only once. */
export function createTimeline(start: number, afterEach: () => void): Timeline {
  // A binary heap: the earliest event is the first element.
  const heap: Planned[] = [];
  let now = start;
  let order = 0;

  const push = (item: Planned): void => {
    let index = heap.length;
    heap.push(item);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || !isBefore(item, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = item;
  };

  const pop = (): void => {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      const left = heap[child];
      const right = heap[child + 1];
      if (left === undefined) break;
      let smaller = left;
      if (right !== undefined && isBefore(right, left)) {
        smaller = right;
        child += 1;
      }
      if (!isBefore(smaller, last)) break;
      heap[index] = smaller;
      index = child;
    }
    heap[index] = last;
  };

  return {
    get now() {
      return now;
    },
    at: (time, run) => {
      order += 1;
      push({ time: Math.max(now, Math.round(time)), order, run });
    },
    runUntil: (time) => {
      for (let next = heap[0]; next !== undefined && next.time <= time; next = heap[0]) {
        pop();
        now = next.time;
        next.run();
        afterEach();
      }
      now = Math.max(now, time);
    },
  };
}
