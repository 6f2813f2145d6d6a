import { expect } from 'vitest';
import { startSandbox, type SandboxKind } from '../../src/sandbox/sandbox.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway.ts';
import { faultsOf } from './routes.ts';
import { startWiretap, type Wiretap } from './wiretap.ts';

/** What nobody foresaw; and what would mean that the question never came as far as a provider. */
const UNFORESEEN = /"(?:INTERNAL|GRAPHQL_\w+|BAD_\w+|COST_LIMIT|OPERATION_TOO_LARGE|CALL_BUDGET_EXCEEDED)"/;
const WARN = 40;

/** A gateway over the sandbox, with a tap on the wire to each provider. */
export interface TappedGateway {
  readonly gateway: TestGateway;
  tap(kind: SandboxKind): Wiretap;
  /** Asks, over HTTP. The answer must be one that was foreseen. */
  ask<Data = Readonly<Record<string, unknown>>>(query: string, variables?: object): Promise<Data | null>;
  /** The data of an answer that must have some. */
  data<Data>(query: string, variables?: object): Promise<Data>;
  /** All that providers were sent stayed where it may be; starts anew. Gives the number of requests to each kind. */
  expectStraight(): ReadonlyMap<SandboxKind, number>;
  close(): Promise<void>;
}

/** What stands between the tap and the emulator of a kind, if anything. */
export type Between = (
  kind: SandboxKind,
  server: URL,
) => Promise<{ url: URL; close(): Promise<void> } | null>;

export async function startTappedGateway(
  options: TestGatewayOptions = {},
  between: Between = () => Promise.resolve(null),
): Promise<TappedGateway> {
  const sandbox = await startSandbox({ arrivalMs: 0, nodeUpMs: 0, jobsPerSite: 6, ...options.sandbox });
  const closing: { close(): Promise<void> }[] = [sandbox];
  const taps = new Map<SandboxKind, Wiretap>();
  const emulators = new Map(sandbox.emulators);
  for (const [kind, emulator] of sandbox.emulators) {
    const server = new URL(emulator.connection.url);
    const twist = await between(kind, server);
    const tap = await startWiretap(twist?.url ?? server);
    closing.push(tap, ...(twist === null ? [] : [twist]));
    taps.set(kind, tap);
    emulators.set(kind, { ...emulator, connection: { ...emulator.connection, url: tap.url.href } });
  }
  const gateway = await startTestGateway({
    ...options,
    over: { ...sandbox, emulators },
    // Every call is to reach the wire, whatever became of those before it.
    upstream: {
      freshnessMs: 0,
      rate: { perSecond: 1e6, burst: 1e6 },
      retry: { retries: 0, baseDelayMs: 1, maxDelayMs: 1, budgetRatio: 0 },
      breaker: {
        windowSize: 20,
        minimumCalls: 1e9,
        failureRatio: 1,
        slowCallMs: 1e9,
        openMs: 1,
        maxOpenMs: 1,
      },
      ...options.upstream,
    },
  });
  const tapOf = (kind: SandboxKind): Wiretap => {
    const tap = taps.get(kind);
    if (tap === undefined) throw new RangeError(`the sandbox has no ${kind}`);
    return tap;
  };
  const ask = async <Data>(query: string, variables?: object): Promise<Data | null> => {
    const response = await gateway.post(JSON.stringify({ query, variables }));
    const text = await response.text();
    expect(response.status, text.slice(0, 500)).toBeLessThan(429);
    expect(text.match(UNFORESEEN)?.[0], text.slice(0, 2_000)).toBeUndefined();
    return (JSON.parse(text) as { data?: Data | null }).data ?? null;
  };
  return {
    gateway,
    tap: tapOf,
    ask,
    data: async <Data>(query: string, variables?: object) => {
      const data = await ask<Data>(query, variables);
      if (data === null) throw new Error(`no data for ${query}`);
      return data;
    },
    expectStraight: () => {
      const counts = new Map<SandboxKind, number>();
      const faults: string[] = [];
      for (const [kind, tap] of taps) {
        counts.set(kind, tap.requests.length);
        faults.push(
          ...tap.noise,
          ...tap.requests.flatMap((request) => faultsOf(request, kind, tap.url.host)),
        );
        tap.forget();
      }
      expect(faults).toEqual([]);
      expect(gateway.logLines.filter(({ level }) => level > WARN)).toEqual([]);
      return counts;
    },
    close: async () => {
      await gateway.close();
      for (const each of closing.toReversed()) await each.close();
    },
  };
}
