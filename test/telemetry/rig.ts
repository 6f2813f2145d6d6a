import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { LoadedConfig } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import type { SandboxKind } from '../../src/sandbox/sandbox.ts';
import type { Fault } from '../../src/sandbox/emulator.ts';
import { LOG_REDACTION } from '../../src/server/telemetry/log-redaction.ts';
import { startGridweave, type RunningGridweave } from '../../src/server/start.ts';
import { parseExposition, type Family } from '../support/exposition.ts';

export interface LogLine {
  readonly level: number;
  readonly msg?: string;
  readonly requestId?: string;
  readonly [member: string]: unknown;
}

export interface GraphqlAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

/** A whole gateway over the sandbox, as `gridweave serve` runs it, with its log. */
export interface Observed extends RunningGridweave {
  /** What it was started with. */
  readonly config: LoadedConfig;
  readonly lines: LogLine[];
  query(query: string, variables?: object, headers?: Record<string, string>): Promise<GraphqlAnswer>;
  scrape(url?: string): Promise<Map<string, Family>>;
  fault(kind: SandboxKind, name: string, fault: Fault): void;
  healAll(): void;
}

/** `sections`: what the configuration says beside the sandbox. */
export async function startObserved(sections: Readonly<Record<string, object>> = {}): Promise<Observed> {
  const lines: LogLine[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().trim().split('\n')) lines.push(JSON.parse(line) as LogLine);
      done();
    },
  });
  const text = JSON.stringify({ sandbox: {}, ...sections, server: { port: 0, ...sections['server'] } });
  const config = loadConfig({ text, env: {}, kinds: PROVIDER_KINDS });
  const running = await startGridweave({
    config,
    kinds: PROVIDER_KINDS,
    log: pino({ level: 'debug', base: null, ...LOG_REDACTION }, sink),
    greet: false,
  });
  const emulators = [...(running.sandbox?.emulators.values() ?? [])];
  return Object.assign(running, {
    config,
    lines,
    query: async (query: string, variables = {}, headers = {}) => {
      const response = await fetch(`${running.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      const body = (await response.json()) as object;
      return { ...body, status: response.status, headers: response.headers };
    },
    scrape: async (url = running.operationsUrl ?? running.url) => {
      const response = await fetch(`${url}/metrics`);
      if (response.status !== 200) throw new Error(`HTTP ${String(response.status)} for a scrape`);
      return parseExposition(await response.text());
    },
    fault: (kind: SandboxKind, name: string, fault: Fault) =>
      running.sandbox?.emulators.get(kind)?.faults.set(name, fault),
    healAll: () => emulators.forEach(({ faults }) => faults.clear()),
  });
}

/** Waits for what comes by itself. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
