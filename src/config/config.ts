/**
 * The configuration: one YAML file in, typed and complete options out, or every problem of it at once with its line
 * and its remedy. Secrets never stand in the file; they are read from the environment or from files, go straight into
 * an opaque credential, and are kept nowhere else. A leaf: only `cli` and `server` (and tests) may call it, and it
 * knows no provider kind by name; the kinds are handed in.
 */
import type { ProviderKey } from '../model/ids.ts';
import type { ProviderKindDefinition } from '../providers/kind.ts';
import type { ProviderAccess } from '../providers/access.ts';
import type { ProviderCallback } from '../providers/provider-callback.ts';
import type { UpstreamOptions } from '../upstream/types.ts';
import type { AccessSource } from './access.ts';
import type { AuthConfig } from './auth-config.ts';
import type { OperationsConfig } from './operations.ts';
import type {
  ActConfig,
  AuditConfig,
  DataConfig,
  LimitsConfig,
  LiveConfig,
  LogConfig,
  MetricsConfig,
  SandboxConfig,
  ServerConfig,
} from './schema.ts';

export type { AuthConfig } from './auth-config.ts';
export type { OperationsConfig } from './operations.ts';
export type { LimitsConfig, LiveConfig, LogConfig, MetricsConfig, ServerConfig } from './schema.ts';

/** A provider kind whose settings only it understands. */
export type ProviderKind = ProviderKindDefinition<unknown>;

/** Where the configuration came from. "none": there was no file, and the sandbox is meant. */
export type ConfigSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'text'; readonly name: string }
  | { readonly kind: 'none' };

/** Where a secret was read from. Holds its place, never its value. */
export interface SecretOrigin {
  /** The member of `credential`, such as "apiKey". */
  readonly member: string;
  readonly from: { readonly env: string } | { readonly file: string };
}

/** One entry of `providers`, checked and with every default filled in. */
export interface ConfiguredProvider {
  readonly key: ProviderKey;
  /** For people; the key when the operator gave no name. */
  readonly name: string;
  readonly kind: ProviderKind;
  /** Checked by the kind's own `settingsSchema`. */
  readonly settings: unknown;
  /** `credential` is null without a configured one, and for a disabled provider, whose secrets are not read. */
  readonly upstream: UpstreamOptions;
  readonly enabled: boolean;
  readonly secrets: readonly SecretOrigin[];
  /** Answers the provider's own calls; null when none are taken, and for a disabled provider. */
  readonly callback: ProviderCallback | null;
  /** What the file says about `callback`; null when it says nothing. */
  readonly callbackSource: CallbackSource | null;
  /** With whose credentials it is called, beside the configured one. */
  readonly access: ProviderAccess;
  /** What the file says about that. */
  readonly accessSource: AccessSource;
}

/** The `callback` of a provider as it can be shown. */
export interface CallbackSource {
  readonly user: string;
  /** Where the password is kept. */
  readonly password: SecretOrigin;
  /** Checked by the kind's own `answerSchema`. */
  readonly answer: unknown;
  /** The same for as long as the password is; null when it was not read. */
  readonly fingerprint: string | null;
}

export interface LoadedConfig {
  readonly source: ConfigSource;
  readonly server: ServerConfig;
  readonly limits: LimitsConfig;
  readonly operations: OperationsConfig;
  readonly log: LogConfig;
  readonly metrics: MetricsConfig;
  readonly data: DataConfig;
  readonly act: ActConfig;
  readonly audit: AuditConfig;
  readonly live: LiveConfig;
  /** Null: nobody has to say who they are, and the gateway listens on loopback addresses only. */
  readonly auth: AuthConfig | null;
  /** In the order of the file, disabled ones included. Empty exactly when `sandbox` is set. */
  readonly providers: readonly ConfiguredProvider[];
  /** Set when the emulators are to be run instead of providers. */
  readonly sandbox: SandboxConfig | null;
  /** Environment variables that replaced a value: path of the key → name of the variable. */
  readonly overrides: ReadonlyMap<string, string>;
  /** What is allowed but probably not meant, one sentence each. */
  readonly warnings: readonly string[];
}
