/** The life of a workload in the control plane's phases, folded from the history of the world's job. */
import type { SimEvent, SimJob } from '../../world/types.ts';
import type { Continuation } from '../ledger.ts';

export const PHASES = [
  'Creating',
  'Initializing',
  'Resuming',
  'Pending',
  'Deleting',
  'Running',
  'Updating',
  'Stopped',
  'Stopping',
  'Degraded',
  'Failed',
  'Completed',
  'Terminating',
  'Unknown',
] as const;
export type Phase = (typeof PHASES)[number];

export interface PhaseEntry {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly phase: Phase;
  readonly message: string;
}

/** How long the objects of a new (or resumed) workload are in the making: less than the world needs to find a node. */
export const CREATING_MS = 200;
/** A stop takes at least this long, even when there was nothing to stop. */
export const STOPPING_MS = 300;

export interface PhaseFold {
  readonly entries: readonly PhaseEntry[];
  /** When each execution was given a node. */
  readonly placedAt: ReadonlyMap<string, number>;
  /** Times of everything that happened, ascending. */
  readonly eventTimes: readonly number[];
  /** When the job ended for the last time, unless it goes on. */
  readonly endedAt: number | null;
  /** When an owner's stop that meant deletion was through. */
  readonly deletedAt: number | null;
}

export interface PhaseFoldOptions {
  readonly firstVersion: number;
  readonly lastVersion: number;
  readonly startAt: number;
  /** Why a later version continues this workload. */
  readonly continuation: (version: number) => Continuation | undefined;
  /** Whether a stop of this version suspends the workload; otherwise it deletes it. */
  readonly suspends: (version: number) => boolean;
}

type Stage = 'queued' | 'preparing' | 'running' | 'succeeded' | 'failed';

/** Folds one workload out of its job's history. */
export function foldPhases(job: SimJob, options: PhaseFoldOptions): PhaseFold {
  const fold = new Fold(job, options);
  for (const event of job.history) {
    if (event.version >= options.firstVersion && event.version <= options.lastVersion) fold.apply(event);
  }
  return fold;
}

class Fold implements PhaseFold {
  readonly entries: PhaseEntry[];
  readonly placedAt = new Map<string, number>();
  readonly eventTimes: number[];
  endedAt: number | null = null;
  deletedAt: number | null = null;
  readonly #job: SimJob;
  readonly #options: PhaseFoldOptions;
  readonly #indexes: ReadonlyMap<string, number>;
  #stages = new Map<number, Stage>();
  #everRunning = false;
  #updating = false;
  #stop: { readonly at: number; readonly suspends: boolean } | null = null;

  constructor(job: SimJob, options: PhaseFoldOptions) {
    this.#job = job;
    this.#options = options;
    this.#indexes = new Map(job.executions.map(({ id, index }) => [id, index]));
    this.entries = [{ at: options.startAt, phase: 'Creating', message: '' }];
    this.eventTimes = [options.startAt];
    this.#open(options.firstVersion);
    this.#enter(options.startAt + CREATING_MS, 'Pending', '');
  }

  apply(event: SimEvent): void {
    this.eventTimes.push(Math.max(event.at, this.eventTimes.at(-1) ?? 0));
    const { at, message } = event;
    const index = event.executionId === null ? undefined : this.#indexes.get(event.executionId);
    if (event.topic === 'rerun') this.#continue(event);
    else if (event.topic === 'queued' && index === undefined) this.#wait(at, message);
    else if (event.topic === 'stop-requested') this.#stopAt(event);
    else if (event.topic === 'job-ended') this.#end(event);
    else if (index !== undefined) this.#pod(event, index);
  }

  #open(version: number): void {
    const indexes = this.#job.executions.filter((one) => one.version === version).map(({ index }) => index);
    this.#stages = new Map(indexes.map((index) => [index, 'queued']));
    this.#everRunning = false;
    this.#stop = null;
    this.endedAt = null;
  }

  /** A later version of the same workload; the first version's own event is its start. */
  #continue(event: SimEvent): void {
    if (event.version === this.#options.firstVersion) return;
    const why = this.#options.continuation(event.version);
    this.#open(event.version);
    this.#updating = why === 'update';
    if (why === 'update') this.#enter(event.at, 'Updating', '');
    else if (why === 'preempt') this.#enter(event.at, 'Pending', event.message);
    else {
      this.#enter(event.at, 'Resuming', '');
      this.#enter(event.at + CREATING_MS, 'Pending', '');
    }
  }

  #wait(at: number, message: string): void {
    if (this.#stop === null && this.entries.at(-1)?.phase === 'Pending') this.#enter(at, 'Pending', message);
  }

  #stopAt({ at, version, message }: SimEvent): void {
    const suspends = this.#options.suspends(version);
    this.#stop = { at, suspends };
    this.#enter(at, suspends ? 'Stopping' : 'Deleting', suspends ? message : '');
  }

  #end({ at, message, details }: SimEvent): void {
    this.endedAt = at;
    if (details['state'] === 'succeeded') this.#enter(at, 'Completed', '');
    else if (details['state'] === 'failed') this.#enter(at, 'Failed', message);
    else if (this.#stop !== null) {
      const over = Math.max(at, this.#stop.at + STOPPING_MS);
      if (this.#stop.suspends) this.#enter(over, 'Stopped', '');
      else this.deletedAt = over;
    }
  }

  #pod({ topic, at, executionId, details, message }: SimEvent, index: number): void {
    if (topic === 'requested') {
      this.placedAt.set(executionId ?? '', at);
      this.#stages.set(index, 'preparing');
    } else if (topic === 'running') this.#stages.set(index, 'running');
    else if (topic === 'retry') this.#stages.set(index, 'queued');
    else if (topic === 'execution-ended') {
      this.#stages.set(index, details['outcome'] === 'success' ? 'succeeded' : 'failed');
    } else return;
    const phase = this.#livePhase();
    if (this.#stop !== null || phase === null) return;
    if (phase === 'Running') {
      this.#everRunning = true;
      this.#updating = false;
    }
    this.#enter(at, this.#updating ? 'Updating' : phase, topic === 'retry' ? message : '');
  }

  #livePhase(): Phase | null {
    const stages = [...this.#stages.values()];
    const has = (stage: Stage): boolean => stages.includes(stage);
    if (has('running')) {
      if (has('queued') || has('failed')) return 'Degraded';
      if (has('preparing')) return this.#everRunning ? 'Degraded' : 'Initializing';
      return 'Running';
    }
    if (has('preparing')) return this.#everRunning && has('succeeded') ? 'Degraded' : 'Initializing';
    // When all have ended the job's own end follows at once.
    return has('queued') ? 'Pending' : null;
  }

  /** What was foreseen for later gives way, and of several phases in one moment only the last is kept. */
  #enter(at: number, phase: Phase, message: string): void {
    while (this.entries.length > 1 && (this.entries.at(-1)?.at ?? at) >= at) this.entries.pop();
    const last = this.entries.at(-1);
    if (last?.phase === phase && (last.message === message || message === '')) return;
    this.entries.push({ at: Math.max(at, last?.at ?? at), phase, message });
  }
}
