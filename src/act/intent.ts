import type { ErrorCode } from '../model/errors.ts';
import type { NativeKey, ProviderKey } from '../model/ids.ts';
import type { EpochMs } from '../model/time.ts';
import type { FindTarget, Memo } from '../providers/acting.ts';
import type { Account } from './account.ts';

/** Names one intent: the provider, and the stamp's id. */
export type IntentId = string & { readonly __brand: 'IntentId' };

export function intentId(provider: ProviderKey, stampId: string): IntentId {
  return `${provider}/${stampId}` as IntentId;
}

/**
 * CLAIMED: somebody is about to send. SENDING: a create may have left. UNKNOWN: it left and was not answered. CREATED: the
 * provider has it. FREE: nothing was created for certain, and the same call may be made again.
 */
export type IntentPhase = 'CLAIMED' | 'SENDING' | 'UNKNOWN' | 'CREATED' | 'FREE';

/** What is known of one submission, written before each step so that whoever comes after a crash knows how far it got. */
export interface Intent {
  readonly id: IntentId;
  readonly provider: ProviderKey;
  /** Whose account it is made in: another's credential may not see it. */
  readonly account: Account;
  /** With it the object is looked up. `sentAt` is the claim's time before anything was sent. */
  readonly target: FindTarget;
  readonly phase: IntentPhase;
  /** Creates that were sent. */
  readonly sends: number;
  /** The process that is at it, and until when it may be; null when nobody is. */
  readonly lease: { readonly owner: string; readonly until: EpochMs } | null;
  /** Of the created jobs; empty before. */
  readonly keys: readonly NativeKey[];
  readonly memo: Memo | null;
  /** Why it is FREE or UNKNOWN. The message is safe to show. */
  readonly problem: { readonly code: ErrorCode; readonly message: string } | null;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  /** Rises with every write. */
  readonly version: number;
}

/**
 * Where intents are kept. Backends: memory, a file; every backend passes one contract suite. All writes are atomic and
 * compare versions, so that two processes can share a store. A durable store answers with nothing that a crash could take
 * back, and rejects when it cannot keep a write.
 */
export interface IntentStore {
  /** Whether what is written outlives the process. */
  readonly durable: boolean;
  /** Writes the intent unless one with its id is there; answers what is there now, and whether it is this one. */
  claim(fresh: Intent): Promise<{ readonly intent: Intent; readonly claimed: boolean }>;
  get(id: IntentId): Promise<Intent | null>;
  /** Replaces the intent if its version is still `next.version - 1`; false when somebody else was faster. */
  replace(next: Intent): Promise<boolean>;
  /** All that are kept of one provider in one of the phases, oldest first, up to `limit`. */
  list(provider: ProviderKey, phases: readonly IntentPhase[], limit: number): Promise<readonly Intent[]>;
  close(): Promise<void>;
}

/** How long after it was settled, and how many. An intent that may still matter (not CREATED, not FREE) is never dropped. */
export interface IntentRetention {
  readonly maxAgeMs: number;
  readonly maxIntents: number;
}

export const DEFAULT_RETENTION: IntentRetention = { maxAgeMs: 7 * 86_400_000, maxIntents: 100_000 };
