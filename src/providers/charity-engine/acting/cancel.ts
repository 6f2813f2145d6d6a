import { GridweaveError } from '../../../model/errors.ts';
import type { NativeKey } from '../../../model/ids.ts';
import { isTerminal } from '../../../model/state.ts';
import type { CallContext } from '../../../upstream/types.ts';
import type { ActionAnswer, ActionTarget } from '../../acting.ts';
import type { Connection } from '../connection.ts';
import { parseJobKey } from '../keys.ts';
import { importedJob } from '../known-jobs.ts';
import type { CancelCall } from './cancel-call.ts';

type Answers = Map<NativeKey, ActionAnswer>;
type Targets = ReadonlyMap<string, ActionTarget>;

/** Cancels jobs, many to a call. Cancelling again changes nothing, so that a refused call may be divided. */
export async function cancelJobs(
  connection: Connection,
  call: CancelCall,
  targets: readonly ActionTarget[],
  ctx: CallContext,
): Promise<ReadonlyMap<NativeKey, ActionAnswer>> {
  const answers: Answers = new Map();
  const open = new Map<string, ActionTarget>();
  for (const target of targets) {
    const { record } = target;
    const id = record.kind === 'job' ? parseJobKey(record.key) : null;
    if (id === null) answers.set(record.key, { outcome: 'REFUSED', error: notAJob(connection) });
    else if (isTerminal(record.status.state)) answers.set(record.key, { outcome: 'ALREADY' });
    else open.set(id, target);
  }
  const marks = new CancelMarks(connection, open);
  let rest = [...open.keys()];
  while (rest.length > 0) {
    const group = rest.slice(0, connection.api.fitting(rest));
    rest = rest.slice(group.length);
    await cancelGroup(call, marks, group, answers, ctx);
  }
  await forgiveEnded(connection, answers, ctx);
  return answers;
}

/** One call for a group; where it was refused because of one of them, one for each half, down to single jobs. */
async function cancelGroup(
  call: CancelCall,
  marks: CancelMarks,
  group: readonly string[],
  answers: Answers,
  ctx: CallContext,
): Promise<void> {
  // Before the call: a reader may see the job aborted sooner than the answer arrives.
  marks.set(group);
  let failure: Awaited<ReturnType<CancelCall['send']>>;
  try {
    failure = await call.send(group, ctx);
  } catch (error) {
    if (!(error instanceof GridweaveError)) throw error;
    const isSpent = error.code === 'CALL_BUDGET_EXCEEDED';
    if (isSpent || error.details.sent === false) marks.takeBack(group);
    // What was done for others is told; what is left was not asked for.
    if (!isSpent || answers.size === 0) throw error;
    failure = { outcome: 'REFUSED', error };
  }
  if (failure?.outcome === 'REFUSED') {
    marks.takeBack(group);
    if (group.length > 1 && MAY_BE_ONE_JOB.has(failure.error.code)) {
      const half = Math.ceil(group.length / 2);
      await cancelGroup(call, marks, group.slice(0, half), answers, ctx);
      await cancelGroup(call, marks, group.slice(half), answers, ctx);
      return;
    }
  }
  for (const id of group) answers.set(id as NativeKey, failure ?? { outcome: 'DONE', state: 'CANCELLING' });
}

const MAY_BE_ONE_JOB = new Set(['NOT_FOUND', 'PROVIDER_REFUSED']);

/** Notes on jobs that the gateway asked for their cancellation: the service has the same word for that and a time limit. */
class CancelMarks {
  readonly #connection: Connection;
  readonly #targets: Targets;
  /** Jobs that were not known before; one that the gateway has acted on is from then on. */
  readonly #added = new Set<string>();
  readonly #markedBefore: ReadonlySet<string>;

  constructor(connection: Connection, targets: Targets) {
    this.#connection = connection;
    this.#targets = targets;
    const { known } = connection;
    this.#markedBefore = new Set(
      [...targets.keys()].filter((id) => (known.get(id)?.cancelRequestedAt ?? null) !== null),
    );
  }

  set(ids: readonly string[]): void {
    const { known, clock } = this.#connection;
    for (const id of ids) {
      const record = this.#targets.get(id)?.record;
      if (record === undefined || known.get(id) !== null) continue;
      known.add([importedJob(id, record.createdAt)]);
      this.#added.add(id);
    }
    known.setCancelRequested(
      ids.filter((id) => !this.#markedBefore.has(id)),
      clock.now(),
    );
  }

  takeBack(ids: readonly string[]): void {
    const { known } = this.#connection;
    known.setCancelRequested(
      ids.filter((id) => !this.#markedBefore.has(id)),
      null,
    );
    known.remove(ids.filter((id) => this.#added.delete(id)));
  }
}

/** A job that ended meanwhile needs no cancellation, whatever the service says of it. */
async function forgiveEnded({ reader }: Connection, answers: Answers, ctx: CallContext): Promise<void> {
  const refused = [...answers].flatMap(([key, answer]) => {
    const id = parseJobKey(key);
    const isItsOwn = answer.outcome === 'REFUSED' && MAY_BE_ONE_JOB.has(answer.error.code);
    return isItsOwn && id !== null ? [id] : [];
  });
  if (refused.length === 0 || ctx.budget.spent >= ctx.budget.limit) return;
  const { sightings } = await reader.read(refused, ctx, 0);
  for (const [id, { whole }] of sightings) {
    if (isTerminal(whole.state)) answers.set(id as NativeKey, { outcome: 'ALREADY' });
  }
}

function notAJob({ provider }: Connection): GridweaveError {
  return new GridweaveError('UNSUPPORTED_OPERATION', 'Charity Engine can only cancel whole jobs.', { provider }); // prettier-ignore
}
