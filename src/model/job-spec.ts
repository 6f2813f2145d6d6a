import type { JobKind, Label, Resources } from './records.ts';

/**
 * What to run, in nobody's words: the same specification goes to every provider. An adapter says of each field whether
 * it honours, translates, ignores or refuses it. Null and empty always mean "not asked for".
 */
export interface JobSpec {
  /** For people; adapters add to it where the provider needs names to be unique. */
  readonly name: string;
  /** Null: as the provider does by default, which is BATCH wherever there is a choice. */
  readonly jobKind: Exclude<JobKind, 'UNKNOWN'> | null;
  /** A container image. Null where `app` or an extension says what to run. */
  readonly image: string | null;
  /** An application of the provider's own catalogue: a Qarnot profile, a Charity Engine application. */
  readonly app: string | null;
  /** Replaces the image's entrypoint, word by word. */
  readonly command: readonly string[];
  /** Handed to the command or the entrypoint, word by word. */
  readonly args: readonly string[];
  readonly workingDirectory: string | null;
  /** Values may be secrets: they go to the provider and nowhere else. */
  readonly env: readonly EnvVariable[];
  /** Variables whose values the provider takes from a secret of its own, so that they never pass through here. */
  readonly secretEnv: readonly SecretEnvVariable[];
  /** Of one execution. */
  readonly resources: Resources & {
    /** The provider's name for the accelerator; null takes any. */
    readonly gpuModel: string | null;
  };
  readonly inputs: readonly SpecInput[];
  readonly outputs: readonly SpecOutput[];
  /** How long one execution may run, in milliseconds; null for no limit of ours. */
  readonly executionTimeoutMs: number | null;
  /** How long it may wait for a place, in milliseconds. */
  readonly queueTimeoutMs: number | null;
  /** Further tries of an index that failed. */
  readonly maxRetries: number | null;
  /** How many indexes to run. */
  readonly count: number | null;
  readonly labels: readonly Label[];
  /** Higher goes first. */
  readonly priority: number | null;
}

export interface EnvVariable {
  readonly name: string;
  readonly value: string;
}

/** `secret` and `key` as the provider calls them; key is null where a secret is one value. */
export interface SecretEnvVariable {
  readonly name: string;
  readonly secret: string;
  readonly key: string | null;
}

/** Something to have in the file system before the work starts. */
export interface SpecInput {
  /** Where the work finds it: an absolute path, or relative to where the provider stages inputs. */
  readonly path: string;
  readonly source: InputSource;
}

export type InputSource =
  | { readonly type: 'URL'; readonly url: string }
  | {
      readonly type: 'S3';
      readonly bucket: string;
      readonly key: string;
      readonly region: string | null;
      readonly endpoint: string | null;
    }
  | { readonly type: 'IPFS'; readonly cid: string }
  /** A bucket of the provider's own storage. */
  | { readonly type: 'BUCKET'; readonly bucket: string; readonly prefix: string | null }
  /** A volume the provider knows by name, such as a persistent volume claim. */
  | { readonly type: 'VOLUME'; readonly name: string }
  /** Text, as it stands. */
  | { readonly type: 'INLINE'; readonly text: string };

/** Something to keep after the work has ended. */
export interface SpecOutput {
  readonly name: string;
  /** Where the work writes it. */
  readonly path: string;
  /** Null: where the provider keeps results by default. */
  readonly destination: OutputDestination | null;
}

export type OutputDestination =
  | {
      readonly type: 'S3';
      readonly bucket: string;
      readonly key: string;
      readonly region: string | null;
      readonly endpoint: string | null;
    }
  | { readonly type: 'IPFS' }
  | { readonly type: 'BUCKET'; readonly bucket: string; readonly prefix: string | null }
  | { readonly type: 'VOLUME'; readonly name: string };
