import type { Action } from '../model/actions.ts';
import { GridweaveError } from '../model/errors.ts';
import { lookupMany, type Ref } from '../merge/lookup.ts';
import { isTerminal, type State } from '../model/state.ts';
import type { ActionAnswer, ActionTarget, WorkKind, WorkRecord } from '../providers/acting.ts';
import type { Provider } from '../providers/registry.ts';
import { objection } from './action-check.ts';
import { Auditor } from './auditor.ts';
import { lastingRead, type ActDeps, type Caller } from './caller.ts';
import type { ActionResult } from './outcome.ts';

export type PlainAction = Exclude<Action, 'RERUN'>;

export interface ActionRequest {
  readonly action: PlainAction;
  readonly kind: WorkKind;
  /** What the caller believes it to be at; null for whatever it is at. */
  readonly expectedRevision: number | null;
  /** For people at the provider; null for none. */
  readonly reason: string | null;
}

/** Objects handed to an adapter at a time: its calls share one deadline. */
const CHUNK = 20;
/** Calls that a chunk may need beside one for each object: looking them up, before and after. */
const SPARE_CALLS = 30;

/** Takes actions that can be repeated without harm: they ask for a state, and whoever is in it already stays there. */
export class Actor {
  readonly #deps: ActDeps;

  constructor(deps: ActDeps) {
    this.#deps = deps;
  }

  /** Acts on objects of one provider, in the order of the refs. Never rejects for what a caller or a provider did. */
  async take(
    request: ActionRequest,
    provider: Provider,
    refs: readonly Ref[],
    caller: Caller,
    onResult?: (ref: Ref, result: ActionResult) => void,
  ): Promise<readonly ActionResult[]> {
    const results: ActionResult[] = [];
    for (let from = 0; from < refs.length; from += CHUNK) {
      const chunk = refs.slice(from, from + CHUNK);
      const done = await this.#takeChunk(request, provider, chunk, caller);
      done.forEach((result, i) => onResult?.(chunk[i] as Ref, result));
      results.push(...done);
    }
    return results;
  }

  async #takeChunk(
    request: ActionRequest,
    provider: Provider,
    refs: readonly Ref[],
    caller: Caller,
  ): Promise<readonly ActionResult[]> {
    const audits = refs.map(() => new Auditor(this.#deps, caller, provider, request.action, false));
    const read = lastingRead(caller, this.#deps, this.#deps.options.flightMs, refs.length + SPARE_CALLS);
    const records = await lookupMany(request.kind, refs, { ...read, call: { ...read.call, freshnessMs: 0 } });
    const results = new Map<string, ActionResult>();
    const targets: ActionTarget[] = [];
    records.forEach((record, i) => {
      const key = String(refs[i]?.key);
      if (record instanceof GridweaveError) {
        results.set(key, { outcome: 'REFUSED', record: null, error: record });
        return;
      }
      const against = objection(
        request.action,
        record,
        provider,
        caller.read.viewer,
        request.expectedRevision,
      );
      if (against === 'ALREADY') results.set(key, { outcome: 'ALREADY', record, error: null });
      else if (against !== null) results.set(key, { outcome: 'REFUSED', record, error: against });
      else targets.push({ record, reason: request.reason });
    });
    const answers = await this.#ask(request.action, targets, provider, read);
    for (const { record } of targets) {
      const answer = answers.get(record.key) ?? lost(provider);
      results.set(record.key, await this.#settle(request, record, answer, provider, { ...caller, read }));
    }
    return refs.map((ref, i) => {
      const result = results.get(ref.key) ?? { outcome: 'REFUSED', record: null, error: missing(provider) };
      audits[i]?.write({
        outcome: result.outcome,
        targets: [{ kind: request.kind, key: ref.key }],
        error: result.error?.code ?? null,
      });
      return result;
    });
  }

  async #ask(
    action: PlainAction,
    targets: readonly ActionTarget[],
    provider: Provider,
    read: Caller['read'],
  ): Promise<ReadonlyMap<string, ActionAnswer>> {
    const { acting } = provider.adapter;
    if (targets.length === 0 || acting === undefined) return new Map();
    try {
      return await acting.act(action, targets, read.call);
    } catch (thrown) {
      if (!(thrown instanceof GridweaveError)) this.#deps.onFault(thrown);
      const error = thrown instanceof GridweaveError ? thrown : lost(provider, thrown).error;
      const outcome = error.details.sent === false ? 'REFUSED' : 'UNKNOWN';
      return new Map(targets.map(({ record }) => [record.key, { outcome, error }]));
    }
  }

  async #settle(
    request: ActionRequest,
    record: WorkRecord,
    answer: ActionAnswer,
    provider: Provider,
    caller: Caller,
  ): Promise<ActionResult> {
    switch (answer.outcome) {
      case 'DONE':
        return this.#done(request.action, record, answer.state, provider, caller);
      case 'ALREADY':
        return this.#already(request, record, provider, caller);
      case 'REFUSED':
        return { outcome: 'REFUSED', record, error: answer.error };
      case 'UNKNOWN':
        return this.#afterLostAnswer(request, record, answer.error, provider, caller);
    }
  }

  /** The state tells whether it took effect, as actions ask for one. */
  async #afterLostAnswer(
    request: ActionRequest,
    before: WorkRecord,
    error: GridweaveError,
    provider: Provider,
    caller: Caller,
  ): Promise<ActionResult> {
    const [now] = await lookupMany(request.kind, [before], {
      ...caller.read,
      call: { ...caller.read.call, freshnessMs: 0 },
    });
    if (now instanceof GridweaveError) {
      if (now.code === 'NOT_FOUND' && request.action === 'DELETE')
        return this.#done(request.action, before, null, provider, caller);
    } else if (now !== undefined) {
      if (showsEffect(request.action, before, now)) return { outcome: 'DONE', record: now, error: null };
      // It ended otherwise before it could be done, and cannot be done any more.
      const against = isTerminal(now.status.state)
        ? objection(request.action, now, provider, caller.read.viewer, null)
        : null;
      if (against instanceof GridweaveError) return { outcome: 'REFUSED', record: now, error: against };
    }
    const unknown = new GridweaveError(
      'OUTCOME_UNKNOWN',
      `The provider did not say whether it was done, and it does not show yet: ${error.message} Repeat the call: doing it twice changes nothing.`,
      { provider: provider.key, cause: error },
    );
    return {
      outcome: 'UNKNOWN',
      record: now instanceof GridweaveError ? null : (now ?? null),
      error: unknown,
    };
  }

  async #done(
    action: PlainAction,
    record: WorkRecord,
    state: State | null,
    provider: Provider,
    caller: Caller,
  ): Promise<ActionResult> {
    const { recentWrites } = this.#deps;
    const { call } = caller.read;
    if (action === 'DELETE' || state === null) recentWrites.removed(provider, call, record);
    else recentWrites.moved(provider, call, record, state);
    const seen = recentWrites.seen(provider, call, record);
    await this.#tell(provider, record, seen, call);
    return { outcome: 'DONE', record: seen, error: null };
  }

  async #tell(
    provider: Provider,
    record: WorkRecord,
    seen: WorkRecord | null,
    call: Caller['read']['call'],
  ): Promise<void> {
    // prettier-ignore
    const { kind, key } = record;
    const sourceMode = 'COMMAND';
    try {
      const told = seen === null ? ({ type: 'GONE', kind, key, sourceMode } as const) : ({ type: 'RECORD', record: seen, sourceMode } as const); // prettier-ignore
      await this.#deps.live?.tell(provider, told, call);
    } catch (fault) {
      this.#deps.onFault(fault);
    }
  }

  /** The provider said that it was so before; what it shows may lag behind that. */
  async #already(
    { action, kind }: ActionRequest,
    before: WorkRecord,
    provider: Provider,
    caller: Caller,
  ): Promise<ActionResult> {
    const [now] = await lookupMany(kind, [before], caller.read);
    const record = now === undefined || now instanceof GridweaveError ? before : now;
    if (showsEffect(action, before, record)) return { outcome: 'ALREADY', record, error: null };
    const done = await this.#done(action, record, AFTER[action], provider, caller);
    return { ...done, outcome: 'ALREADY' };
  }
}

/** What an action leads to, as far as it can be said without the provider. Null: the object is gone. */
const AFTER: Readonly<Record<PlainAction, State | null>> = {
  CANCEL: 'CANCELLING',
  SUSPEND: 'CANCELLING',
  RESUME: 'QUEUED',
  DELETE: null,
};

function showsEffect(action: PlainAction, before: WorkRecord, now: WorkRecord): boolean {
  const { state } = now.status;
  switch (action) {
    case 'CANCEL':
      return state === 'CANCELLING' || state === 'CANCELLED';
    case 'SUSPEND':
      return state === 'SUSPENDED' || (state === 'CANCELLING' && before.status.state !== 'CANCELLING');
    case 'RESUME':
      return state !== 'SUSPENDED' && state !== 'UNKNOWN';
    case 'DELETE':
      return now.status.desired === 'DELETE' || now.status.reason === 'DELETED_UPSTREAM';
  }
}

function lost(provider: Provider, cause?: unknown): ActionAnswer & { readonly outcome: 'UNKNOWN' } {
  const error = new GridweaveError('OUTCOME_UNKNOWN', 'The provider gave no answer for this object.', {
    provider: provider.key,
    cause,
  });
  return { outcome: 'UNKNOWN', error };
}

function missing(provider: Provider): GridweaveError {
  return new GridweaveError('NOT_FOUND', 'No such object, or it is no longer there.', {
    provider: provider.key,
  });
}
