import type { ErrorCode } from '../model/errors.ts';
import type { Provider } from '../providers/registry.ts';
import type { AuditLine } from './audit.ts';
import type { ActDeps, Caller } from './caller.ts';
import type { OnceResult } from './once.ts';

type Rest = Pick<AuditLine, 'outcome'> & Partial<Pick<AuditLine, 'targets' | 'stamp' | 'error'>>;

/** Writes the one audit line of an action, with what is the same for all of them filled in. */
export class Auditor {
  readonly #deps: Pick<ActDeps, 'audit' | 'clock'>;
  readonly #caller: Caller;
  readonly #provider: Provider | null;
  readonly #action: AuditLine['action'];
  readonly #dryRun: boolean;
  readonly #startedAt: number;

  constructor(
    deps: Pick<ActDeps, 'audit' | 'clock'>,
    caller: Caller,
    provider: Provider | null,
    action: AuditLine['action'],
    dryRun: boolean,
  ) {
    this.#deps = deps;
    this.#caller = caller;
    this.#provider = provider;
    this.#action = action;
    this.#dryRun = dryRun;
    this.#startedAt = deps.clock.now();
  }

  write(rest: Rest): void {
    // Nothing can be done at a provider that is not configured, so there is nothing to audit either.
    if (this.#provider === null) return;
    const at = this.#deps.clock.now();
    this.#deps.audit.write({
      at,
      action: this.#action,
      actor: this.#caller.actor,
      requestId: this.#caller.requestId,
      provider: this.#provider.key,
      credential: this.#provider.upstream.fingerprint(this.#caller.read.call),
      targets: [],
      stamp: null,
      error: null,
      ...rest,
      durationMs: Math.max(0, at - this.#startedAt),
      dryRun: this.#dryRun,
    });
  }

  refused(error: ErrorCode, targets: AuditLine['targets'] = []): void {
    this.write({ outcome: 'REFUSED', error, targets });
  }

  once(result: OnceResult, stamp: string, on: AuditLine['targets'] = []): void {
    switch (result.outcome) {
      case 'CREATED': {
        const made = result.keys.map((key) => ({ kind: 'job' as const, key }));
        this.write({ outcome: result.replayed ? 'REPLAYED' : 'CREATED', stamp, targets: [...on, ...made] });
        break;
      }
      case 'MISMATCH':
        this.write({ outcome: 'REFUSED', error: 'IDEMPOTENCY_MISMATCH', stamp, targets: on });
        break;
      case 'REFUSED':
        this.write({ outcome: 'REFUSED', error: result.error.code, stamp, targets: on });
        break;
      case 'UNKNOWN':
        this.write({ outcome: 'UNKNOWN', error: result.error.code, stamp, targets: on });
    }
  }
}
