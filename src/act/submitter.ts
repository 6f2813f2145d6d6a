import { GridweaveError } from '../model/errors.ts';
import type { ActionTarget, FindTarget, SubmitRequest } from '../providers/acting.ts';
import type { JobRecord } from '../model/records.ts';
import type { Provider } from '../providers/registry.ts';
import { Auditor } from './auditor.ts';
import { lastingContext, type ActDeps, type Caller } from './caller.ts';
import type { Once, OnceCalls, OnceResult } from './once.ts';
import { checkKey } from './once-key.ts';
import { refusedSubmit, type SubmitResult } from './outcome.ts';
import { accountOf, keyScopeOf } from './account.ts';
import { stampOf } from './stamp.ts';
import { judge, type SubmitInput, type Target } from './submit-request.ts';

/** Submissions and reruns: whatever buys compute. */
export class Submitter {
  readonly #deps: ActDeps;
  readonly #once: Once;

  constructor(deps: ActDeps, once: Once) {
    this.#deps = deps;
    this.#once = once;
  }

  /** Submits once, or with `dryRun` says what would become of it. Never rejects for what a caller or a provider did. */
  async submit(
    input: SubmitInput,
    options: { readonly idempotencyKey: string; readonly dryRun: boolean },
    caller: Caller,
  ): Promise<SubmitResult> {
    const judged = judge(input, caller.read);
    const refusals = [...checkKey(options.idempotencyKey), ...judged.refusals];
    const known = {
      provider: judged.provider?.key ?? null,
      verdicts: judged.verdicts,
      notes: judged.notes,
    };
    const audit = new Auditor(this.#deps, caller, judged.provider, 'SUBMIT', options.dryRun);
    if (refusals.length > 0 || judged.accepted === null) {
      const invalid = refusals.some(({ type }) => type === 'INVALID_FIELD');
      audit.refused(invalid ? 'INVALID_ARGUMENT' : 'UNSUPPORTED_FIELD');
      return refusedSubmit(refusals, known);
    }
    const { target, request } = judged.accepted;
    const asked = [input.projectId, input.spec, input.extension?.value ?? null];
    const stamp = stampOf(
      keyScopeOf(caller, target.provider),
      target.provider.key,
      options.idempotencyKey,
      asked,
    );
    if (options.dryRun) {
      audit.write({ outcome: 'PLANNED', stamp: stamp.id });
      return { ...refusedSubmit([], known), outcome: 'PLANNED' };
    }
    const calls = this.#submission(target, request, { stamp, name: input.spec.name, project: request.project, rerunOf: null }, caller); // prettier-ignore
    const result = await this.#once.run(calls);
    audit.once(result, stamp.id);
    return this.#finish(result, target.provider, caller, known);
  }

  /** Runs a job again, once. The key is well-formed, the job was read a moment ago, and may be run again. */
  async rerun(
    target: Target,
    job: ActionTarget<JobRecord>,
    idempotencyKey: string,
    caller: Caller,
  ): Promise<SubmitResult> {
    const { provider, acting } = target;
    const { key, generation, name, projectKey } = job.record;
    const audit = new Auditor(this.#deps, caller, provider, 'RERUN', false);
    const stamp = stampOf(keyScopeOf(caller, provider), provider.key, idempotencyKey, ['rerun', key]);
    const calls: OnceCalls = {
      provider: provider.key,
      account: accountOf(caller, provider),
      target: { stamp, name, project: projectKey, rerunOf: { key, generation } },
      traits: acting.rerunTraits ?? target.traits,
      contextUntil: (deadlineAt) => lastingContext(caller, this.#deps, deadlineAt),
      send: (ctx) => acting.rerun(job, stamp, ctx),
      find: (found, ctx) => acting.find(found, ctx),
    };
    const result = await this.#once.run(calls);
    audit.once(result, stamp.id, [{ kind: 'job', key }]);
    return this.#finish(result, provider, caller, {});
  }

  #submission(
    { provider, acting, traits }: Target,
    request: SubmitRequest,
    target: Omit<FindTarget, 'sentAt'>,
    caller: Caller,
  ): OnceCalls {
    return {
      provider: provider.key,
      account: accountOf(caller, provider),
      target,
      traits,
      contextUntil: (deadlineAt) => lastingContext(caller, this.#deps, deadlineAt),
      send: (ctx) => acting.submit(request, target.stamp, ctx),
      find: (found, ctx) => acting.find(found, ctx),
    };
  }

  /** Makes what was created visible, and an answer of what came of it. */
  async #finish(
    result: OnceResult,
    provider: Provider,
    caller: Caller,
    known: Partial<SubmitResult>,
  ): Promise<SubmitResult> {
    const base = { ...known, provider: provider.key };
    switch (result.outcome) {
      case 'CREATED': {
        await this.#show(result.records, provider, caller);
        const notes = [...(known.notes ?? []), ...result.warnings];
        const { keys, records, replayed } = result;
        return { ...refusedSubmit([], base), outcome: 'CREATED', replayed, keys, records, notes };
      }
      case 'MISMATCH':
        return refusedSubmit([{ type: 'FAILED', error: mismatch(provider) }], base);
      case 'REFUSED':
        return refusedSubmit([{ type: 'FAILED', error: result.error }], base);
      case 'UNKNOWN':
        return { ...refusedSubmit([{ type: 'FAILED', error: asUnknown(result.error, provider) }], base), outcome: 'UNKNOWN' }; // prettier-ignore
    }
  }

  async #show(records: readonly JobRecord[], provider: Provider, caller: Caller): Promise<void> {
    for (const record of records) {
      this.#deps.recentWrites.made(provider, caller.read.call, record);
      try {
        await this.#deps.live?.tell(
          provider,
          { type: 'RECORD', record, sourceMode: 'COMMAND' },
          caller.read.call,
        );
      } catch (fault) {
        this.#deps.onFault(fault);
      }
    }
  }
}

function mismatch(provider: Provider): GridweaveError {
  return new GridweaveError(
    'IDEMPOTENCY_MISMATCH',
    'This idempotency key was used before, for something else. Use a new key for a new submission.',
    { provider: provider.key, field: 'idempotencyKey' },
  );
}

/** What a caller should hear when nobody can say what became of it, whatever the trouble was that led there. */
function asUnknown(error: GridweaveError, provider: Provider): GridweaveError {
  if (error.code === 'OUTCOME_UNKNOWN') return error;
  const { retryAfterMs } = error.details;
  return new GridweaveError(
    'OUTCOME_UNKNOWN',
    `It is not known whether it was created: ${error.message} Repeat the call with the same idempotency key: it looks before it creates.`,
    { provider: provider.key, cause: error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  );
}
