import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print, type ExecutionResult } from 'graphql';
import { pino, type Logger } from 'pino';
import { Writable } from 'node:stream';
import { loadConfig } from '../../src/config/load.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import { startGridweave, type RunningGridweave } from '../../src/server/start.ts';

/** A whole gateway over a sandbox, as `npm start` runs it, on a free port. */
export interface TestGateway extends RunningGridweave {
  /** Everything it logged, a line each. */
  readonly logLines: readonly { readonly level: number; readonly msg?: string }[];
  execute<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables?: Variables,
    headers?: Record<string, string>,
  ): Promise<GraphqlAnswer<Data>>;
  /** Sends a body as it is. */
  post(body: string, headers?: Record<string, string>): Promise<Response>;
}

export interface GraphqlAnswer<Data> extends ExecutionResult<Data> {
  readonly status: number;
}

export interface UpstreamExtension {
  readonly networkCalls: number;
  readonly sharedCalls: number;
  readonly calls: readonly { readonly provider: string; readonly route: string; readonly method: string }[];
}

/** What `extensions.upstream` holds. */
export function upstreamOf(answer: ExecutionResult): UpstreamExtension {
  return answer.extensions?.['upstream'] as UpstreamExtension;
}

function recordingLogger(): { log: Logger; lines: { level: number }[] } {
  const lines: { level: number }[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as { level: number });
      done();
    },
  });
  return { log: pino({ level: 'trace' }, sink), lines };
}

/** Starts a gateway over a sandbox; `yaml` is a configuration without its server. */
export async function startTestGateway(yaml = 'sandbox: {}'): Promise<TestGateway> {
  const { log, lines } = recordingLogger();
  const config = loadConfig({
    text: `server: { port: 0 }\n${yaml}`,
    env: {},
    kinds: PROVIDER_KINDS,
  });
  const running = await startGridweave({ config, kinds: PROVIDER_KINDS, log, greet: false });
  const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${running.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  return {
    ...running,
    logLines: lines,
    post,
    execute: async (document, variables, headers) => {
      const response = await post(JSON.stringify({ query: print(document), variables }), headers);
      const body = (await response.json()) as ExecutionResult;
      return { ...body, status: response.status } as GraphqlAnswer<never>;
    },
  };
}
