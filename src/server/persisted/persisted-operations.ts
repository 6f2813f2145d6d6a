/**
 * Which documents are run, and how requests name them: trusted documents from manifests, documents that clients registered
 * by hash (APQ), and the mode that runs trusted ones only. Every transport leads its requests through here, one way or the
 * other: HTTP and event streams by the plugin, WebSockets before they parse. Only `gateway.ts`, `assemble.ts`, `start.ts`,
 * `live/` and, for its checks, `cli` call this folder.
 */
import type { GraphQLSchema } from 'graphql';
import { GraphQLError } from 'graphql';
import type { GraphQLParams } from 'graphql-yoga';
import type { LoadedConfig, OperationsConfig } from '../../config/config.ts';
import { documentHash } from '../../config/manifest.ts';
import { operationsSchema } from '../../config/operations-schema.ts';
import { schema as graph } from '../../graph/schema.ts';
import { namedDocument, type AskedParams, type NamedDocument } from './named-document.ts';
import { mismatch, notFound, notSupported, notTrusted, unknownId } from './refusal.ts';
import { RegisteredDocuments } from './registered-documents.ts';
import { TrustedDocuments, trustDocuments } from './trusted-documents.ts';

export interface PersistedOperationsOptions {
  /** Default: the graph. */
  readonly schema?: GraphQLSchema | undefined;
  /** Told the code of every request whose document is not run. */
  readonly onRefused?: ((code: string) => void) | undefined;
}

/** Decides for every request which document is run. Another configuration can be put in its place while the gateway runs. */
export class PersistedOperations {
  readonly #schema: GraphQLSchema;
  readonly #onRefused: (code: string) => void;
  #config: OperationsConfig = { ...operationsSchema.parse({}), manifests: [] };
  #trusted = new TrustedDocuments([]);
  /** Null when nothing is remembered. */
  #registered: RegisteredDocuments | null = registryFor(this.#config);

  constructor({ schema = graph, onRefused = () => {} }: PersistedOperationsOptions = {}) {
    this.#schema = schema;
    this.#onRefused = onRefused;
  }

  /** Whether documents of callers' own are refused. */
  get trustedOnly(): boolean {
    return this.#config.mode === 'only';
  }

  /** What is held, for tests and metrics. */
  get stats(): { readonly trusted: number; readonly registered: number; readonly registeredBytes: number } {
    const { documents, bytes } = this.#registered?.stats ?? { documents: 0, bytes: 0 };
    return { trusted: this.#trusted.size, registered: documents, registeredBytes: bytes };
  }

  /** Looks whether a configuration can be used, and answers with what puts it in force. Throws a ConfigError, and nothing has changed. */
  prepare(config: Pick<LoadedConfig, 'operations' | 'source'>): () => void {
    const trusted = trustDocuments(config, this.#schema, this.#trusted);
    return () => {
      const before = this.#config;
      this.#config = config.operations;
      this.#trusted = trusted;
      if (!sameRegistry(before, config.operations)) this.#registered = registryFor(config.operations);
    };
  }

  /** The request with its document in `query`, whatever named it. Throws the error that the caller is to get. */
  resolve(params: AskedParams): GraphQLParams {
    try {
      return this.#resolve(params) as GraphQLParams;
    } catch (error) {
      const code = error instanceof GraphQLError ? error.extensions['code'] : null;
      if (typeof code === 'string') this.#onRefused(code);
      throw error;
    }
  }

  /** Whether a document may be run at all. */
  allows(text: string): boolean {
    return !this.trustedOnly || this.#trusted.has(text);
  }

  /** Remembers a document that came with its hash. To be called when it is known to be valid. */
  register({ query, extensions }: AskedParams): void {
    if (this.#registered === null || typeof query !== 'string') return;
    const hash = namedDocument({ extensions })?.hash ?? null;
    // Asked first: most come here again and again, and need not be hashed anew.
    if (hash === null || this.#known(hash) !== null || documentHash(query) !== hash) return;
    this.#registered.set(hash, query);
  }

  #resolve(params: AskedParams): AskedParams {
    const named = namedDocument(params);
    const { query, operationName, variables, extensions } = params;
    const rest = { operationName, variables, extensions };
    const text = typeof query === 'string' && query !== '' ? query : null;
    if (named === null) {
      const refused = this.trustedOnly && (text === null || !this.#trusted.has(text));
      if (refused) throw notTrusted(text === null ? 'NEITHER' : 'DOCUMENT');
      return params;
    }
    // Refused by whoever checks all parameters.
    if (query != null && typeof query !== 'string') return { query, ...rest };
    const known = named.hash === null ? null : this.#known(named.hash);
    if (text === null && known === null) throw this.#unknown(named);
    if (text !== null && text !== known) {
      if (known !== null || documentHash(text) !== named.hash) throw mismatch();
      if (this.trustedOnly) throw notTrusted('DOCUMENT');
    }
    return { query: text ?? known, ...rest };
  }

  #known(hash: string): string | null {
    return this.#trusted.get(hash) ?? this.#registered?.get(hash) ?? null;
  }

  #unknown({ automatic }: NamedDocument): GraphQLError {
    // Sending it whole would not help.
    if (this.trustedOnly) return notTrusted('ID');
    if (!automatic) return unknownId();
    return this.#registered === null ? notSupported() : notFound();
  }
}

function registryFor({ mode, apq }: OperationsConfig): RegisteredDocuments | null {
  return mode === 'any' && apq.enabled ? new RegisteredDocuments(apq) : null;
}

/** Whether what was registered can be kept. */
function sameRegistry(before: OperationsConfig, next: OperationsConfig): boolean {
  const [a, b] = [before.apq, next.apq];
  const same = a.enabled === b.enabled && a.maxDocuments === b.maxDocuments && a.maxBytes === b.maxBytes;
  return same && before.mode === next.mode;
}
