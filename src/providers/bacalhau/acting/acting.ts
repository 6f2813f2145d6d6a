/**
 * Submitting to Bacalhau, and acting on its jobs. This folder owns how a specification is said in the server's words
 * (`translate.ts` and what it asks), and what each answer to a write proves. Only the adapter calls it.
 */
import type { Action } from '../../../model/actions.ts';
import { GridweaveError } from '../../../model/errors.ts';
import type { NativeKey } from '../../../model/ids.ts';
import type { JobRecord } from '../../../model/records.ts';
import { isTerminal } from '../../../model/state.ts';
import type { CallContext } from '../../../upstream/types.ts';
import type {
  ActingCalls,
  ActionAnswer,
  ActionTarget,
  FindAnswer,
  FindTarget,
  SubmissionPlan,
  SubmissionStamp,
  SubmissionTraits,
  SubmitAnswer,
  SubmitRequest,
  WorkKind,
  WorkRecord,
} from '../../acting.ts';
import type { BacalhauApi } from '../api.ts';
import { inParallel } from '../parallel.ts';
import { findJob } from './find.ts';
import { isBefore, isSince, releaseOf, UNIQUE_NAMES } from './release.ts';
import { isRerunnable, rerunJob } from './rerun.ts';
import { stopJob } from './stop.ts';
import { submitJob } from './submit.ts';
import { translate } from './translate.ts';

/** A request is read for 20 s at most, and handled for 30 s; what comes later is not done. */
const SETTLE_MS = 60_000;

/** Of the length that every stamp has: a plan is judged by the size that will be sent. */
const ANY_STAMP: SubmissionStamp = { id: 'x'.repeat(26), specHash: '0'.repeat(16) };

type Actions = Readonly<Partial<Record<WorkKind, readonly Action[]>>>;
const CANCEL: readonly Action[] = ['CANCEL'];
const BOTH: readonly Action[] = ['CANCEL', 'RERUN'];
const RERUN: readonly Action[] = ['RERUN'];
const NONE: readonly Action[] = [];

export class BacalhauActing implements ActingCalls {
  readonly #api: BacalhauApi;

  constructor(api: BacalhauApi) {
    this.#api = api;
  }

  /**
   * From 1.8 on the server itself refuses the same job a second time. Another job of the same name it takes for an
   * update of the first, so it is looked for before; also while the version is not known.
   */
  get submission(): SubmissionTraits {
    const release = releaseOf(this.#api.actingVersion);
    return {
      once: isSince(release, UNIQUE_NAMES) ? 'ENFORCED' : 'LOOKUP',
      // One store, which is written before the answer.
      visibleAfterMs: 0,
      settleMs: SETTLE_MS,
      lookFirst: !isBefore(release, UNIQUE_NAMES),
    };
  }

  /** A rerun carries no stamp, and a second one is another version: that there is a later one is all that can be seen. */
  readonly rerunTraits: SubmissionTraits = {
    once: 'LOOKUP',
    visibleAfterMs: 0,
    settleMs: SETTLE_MS,
    lookFirst: false,
  };

  get actions(): Actions {
    return { job: this.#canRerun ? BOTH : CANCEL };
  }

  allowed(record: WorkRecord): readonly Action[] {
    if (record.kind !== 'job') return NONE;
    const canRerun = this.#canRerun && isRerunnable(record);
    if (isTerminal(record.status.state)) return canRerun ? RERUN : NONE;
    return canRerun ? BOTH : CANCEL;
  }

  plan(request: SubmitRequest): SubmissionPlan {
    const release = releaseOf(this.#api.actingVersion);
    const { verdicts, notes, job } = translate(request, ANY_STAMP, release);
    const name = job.Name.replace(/x+$/, '');
    return { verdicts, notes: [`The job is called "${name}…" there.`, ...notes] };
  }

  submit(request: SubmitRequest, stamp: SubmissionStamp, ctx: CallContext): Promise<SubmitAnswer> {
    return submitJob(this.#api, request, stamp, ctx);
  }

  find(target: FindTarget, ctx: CallContext): Promise<FindAnswer> {
    return findJob(this.#api, target, ctx);
  }

  async act(
    action: Exclude<Action, 'RERUN'>,
    targets: readonly ActionTarget[],
    ctx: CallContext,
  ): Promise<ReadonlyMap<NativeKey, ActionAnswer>> {
    const answers = await inParallel(targets, async (target) => {
      const can = action === 'CANCEL' && target.record.kind === 'job';
      return [target.record.key, can ? await stopJob(this.#api, target, ctx) : this.#cannot(action)] as const;
    });
    return new Map(answers);
  }

  rerun(target: ActionTarget<JobRecord>, _stamp: SubmissionStamp, ctx: CallContext): Promise<SubmitAnswer> {
    return rerunJob(this.#api, target, ctx);
  }

  /** Assumed while the version is not known: an older server has no such path, and says so. */
  get #canRerun(): boolean {
    return !isBefore(releaseOf(this.#api.actingVersion), UNIQUE_NAMES);
  }

  #cannot(action: Action): ActionAnswer {
    const { provider } = this.#api;
    const message = `Bacalhau can cancel and rerun jobs; ${action} is none of it.`;
    return { outcome: 'REFUSED', error: new GridweaveError('UNSUPPORTED_OPERATION', message, { provider }) };
  }
}
