import type { Site, World } from '../world/types.ts';
import type { CharityEngineMutation } from './mutation.ts';

/** How far an endpoint or a member can be trusted, as the emulator's reference sorts them. */
export type TrustTier =
  /** Documented by the vendor: `job-create` and its request. */
  | 'T1'
  /** Documented for the sibling service: `jobs`, `jobs/{ids}`, the envelope, the bearer header. */
  | 'T2'
  /** Guessed spelling of something that exists: cancel, `job-query`, instance types, `copies`, `instanceType`. */
  | 'T3';

/** What an emulator's handlers work on: the one account there is. */
export interface Installation {
  readonly world: World;
  readonly site: Site;
  readonly mutation: CharityEngineMutation;
  readonly strict: boolean;
  readonly tiers: ReadonlySet<TrustTier>;
  /** The deployment's own applications are `<namespace>:<app>`. */
  readonly namespace: string;
  readonly authenticator: string;
  readonly bearerToken: string;
  /** Whether the account may create jobs. */
  readonly submitAccess: boolean;
  /** Jobs of the account that may be unfinished at a time. */
  readonly maxJobsInProgress: number;
  /** Ids that one status query or cancellation may name. */
  readonly maxIds: number;
}
