import type { ZodType } from 'zod';
import type { ProviderKey } from '../model/ids.ts';
import type { EpochMs } from '../model/time.ts';
import type { ProviderEvent } from './provider-event.ts';

/** The headers of a delivery, with lower-case names. */
export type CallbackHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One call of a provider to this gateway, as it came in. */
export interface CallbackDelivery {
  readonly headers: CallbackHeaders;
  readonly body: Uint8Array;
  readonly now: EpochMs;
}

/** What a delivery is answered, and what it means. */
export interface CallbackAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Becomes JSON. */
  readonly body: unknown;
  /** Why it was refused, for the log; holds nothing of what was sent. Null when it was not refused. */
  readonly refusal: string | null;
  /** What to tell; null for refusals, and for repeats of what was told already. */
  readonly event: ProviderEvent | null;
}

/** Answers the calls of one provider connection. Knows the credential, and shows it to nobody. */
export interface ProviderCallback {
  /** Larger bodies are not read, in bytes. */
  readonly maxBytes: number;
  /** Whether the sender has proved who it is. Asked before its body is read; `handle` decides again. */
  admits(headers: CallbackHeaders): boolean;
  handle(delivery: CallbackDelivery): CallbackAnswer;
}

export interface CallbackInput<Settings> {
  readonly provider: ProviderKey;
  readonly settings: Settings;
  /** HTTP Basic: what the provider has to send. */
  readonly user: string;
  readonly password: string;
  /** Was accepted by `answerSchema`. */
  readonly answer: unknown;
}

/** That a kind of provider may call this gateway, and how the operator says what to answer. */
export interface ProviderCallbackDefinition<Settings> {
  /** When it calls and what for, in a sentence. For the documentation. */
  readonly description: string;
  /** The shape of `callback.answer`. It must accept undefined, and that must promise nothing. */
  readonly answerSchema: ZodType;
  /** Throws a GridweaveError when the user or the password cannot be used. */
  create(input: CallbackInput<Settings>): ProviderCallback;
}
