import type { ZodType } from 'zod';
import type { TokenPlan } from '../upstream/token-endpoint.ts';
import type { AdapterDeps, ProviderAdapter } from './provider.ts';
import type { ProviderCallbackDefinition } from './provider-callback.ts';

/** One way to prove who calls: which members `credential` must hold, and what header they become. */
export interface CredentialForm {
  /** Names of the members, all of them needed, in the order the scheme takes them. */
  readonly members: readonly string[];
  /**
   * `bearer`: `Authorization: Bearer <first>`; a call that wants the secret in its body gets the second member, or the
   * first where there is only one. `basic`: `Authorization: Basic base64(<first>:<second>)`.
   * `raw-authorization`: the member is the whole value of `Authorization`. `client-credentials`: `<first>` and `<second>`
   * are the id and the secret of a machine, exchanged for bearer tokens where the kind's `tokenPlan` says.
   */
  readonly scheme: 'bearer' | 'basic' | 'raw-authorization' | 'client-credentials';
}

/** Everything the rest of the gateway needs to know of a provider kind before one is connected. */
export interface ProviderKindDefinition<Settings> {
  /** As the configuration spells it: "bacalhau". */
  readonly kind: string;
  /** For people: "Bacalhau". */
  readonly title: string;
  /** The public endpoint that is used when the operator names none; null when there is no such thing. */
  readonly defaultUrl: string | null;
  /** The forms a credential may take. A provider may also be called without one. */
  readonly credentials: readonly CredentialForm[];
  /** The shape of `settings`, which only this kind knows. It must accept an empty object. */
  readonly settingsSchema: ZodType<Settings>;
  /** Where `client-credentials` are exchanged. A kind with that form must have it. */
  tokenPlan?(settings: Settings): TokenPlan;
  create(deps: AdapterDeps<Settings>): ProviderAdapter;
  /** For a kind that may call this gateway. Without it, `callback` cannot be configured. */
  readonly callback?: ProviderCallbackDefinition<Settings>;
}
