import { onTestFinished } from 'vitest';
import { LogFollowers, type FollowRequest } from '../../src/live/logs/log-followers.ts';
import type { LogReader } from '../../src/live/logs/log-reader.ts';
import type { LogFollowOptions } from '../../src/live/logs/options.ts';
import { GridweaveError } from '../../src/model/errors.ts';
import type { NativeKey, ProviderKey, RecordKind } from '../../src/model/ids.ts';
import { systemClock } from '../../src/model/time.ts';
import { logWindow, toLines } from '../../src/providers/log-window.ts';
import type {
  Capabilities,
  Found,
  LogEnd,
  LogOutput,
  LogPiece,
  ProviderAdapter,
} from '../../src/providers/provider.ts';
import { RecentProviderEvents } from '../../src/providers/recent-events.ts';
import { ProviderRegistry, type Provider } from '../../src/providers/registry.ts';
import type { RecordOfKind } from '../../src/model/records.ts';
import type { CallContext, Upstream } from '../../src/upstream/types.ts';
import { testContext } from './upstream-calls.ts';
import { SHARED_ACCESS } from '../../src/providers/access.ts';

const KEY = 'scripted' as ProviderKey;

class NoUpstream implements Upstream {
  readonly provider = KEY;
  readonly health: Upstream['health'] = { breaker: 'CLOSED', retryAt: null, lastSuccessAt: null, lastFailureAt: null, latencyMs: null }; // prettier-ignore

  send(): Promise<never> {
    return Promise.reject(new Error('nothing is sent'));
  }

  openSocket(): Promise<never> {
    return Promise.reject(new Error('nothing is opened'));
  }

  fingerprint(ctx: CallContext): string {
    return ctx.credentials?.get(this.provider)?.fingerprint ?? 'configured';
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A provider with one execution, whose log a test writes by hand. */
export class ScriptedLog implements Provider {
  readonly key = KEY;
  readonly name = KEY;
  readonly kind = 'scripted';
  readonly timeoutMs = 1_000;
  readonly callback = null;
  readonly access = SHARED_ACCESS;
  readonly events = new RecentProviderEvents();
  readonly upstream = new NoUpstream();
  readonly adapter: ProviderAdapter;
  text: Record<LogOutput, string> = { STDOUT: '', STDERR: '' };
  end: LogEnd = 'OPEN';
  message: string | null = null;
  /** Thrown by readings while it is set. */
  failure: Error | null = null;
  lookUpFailure: GridweaveError | null = null;
  /** Readings, and how many are under way. */
  readings = 0;
  open = 0;
  lookUps = 0;
  /** Readings end when this does. */
  hold: Promise<void> | null = null;
  /** Snapshots say whether their last line is over. */
  tellsOpenLines = true;

  /** STREAMED tells text; POLLED has snapshots alone. */
  constructor(way: 'STREAMED' | 'POLLED', capabilities: Partial<Capabilities> = {}) {
    const unused = (): never => {
      throw new GridweaveError('UNSUPPORTED_OPERATION', 'This provider has a log and nothing else.');
    };
    this.adapter = {
      capabilities: {
        kinds: ['execution'],
        filters: {},
        logs: 'SNAPSHOT',
        changes: 'NONE',
        executionNode: false,
        exitCode: false,
        cost: false,
        batch: {},
        neverFilled: [],
        ...capabilities,
      },
      version: null,
      list: unused,
      get: <K extends RecordKind>(_kind: K, keys: readonly NativeKey[]) => this.#lookUp<K>(keys),
      tasksOfJobs: unused,
      executionsOfJobs: unused,
      executionsOfTasks: unused,
      changes: unused,
      probe: unused,
      logs: async (_execution, request, { signal }) => {
        await this.#begin(signal);
        const output = request.stream === 'STDERR' ? 'STDERR' : 'STDOUT';
        const text = this.text[output];
        const openLine = this.tellsOpenLines ? text !== '' && !text.endsWith('\n') : undefined;
        return logWindow(toLines(output, text), request, this.end, this.message, 0, openLine);
      },
      ...(way === 'POLLED' ? {} : { followLog: (_execution, { stream, after }, { signal }) => this.#tell(stream, after, signal) }), // prettier-ignore
    };
  }

  write(text: string, output: LogOutput = 'STDOUT'): void {
    this.text[output] += text;
  }

  async *#tell(
    stream: string,
    after: Record<LogOutput, number>,
    signal: AbortSignal,
  ): AsyncGenerator<LogPiece> {
    await this.#begin(signal);
    this.open += 1;
    try {
      for (const output of ['STDOUT', 'STDERR'] as const) {
        if (stream !== 'COMBINED' && stream !== output) continue;
        const bytes = Buffer.from(this.text[output]);
        for (let at = after[output]; at < bytes.length; at += 5_000)
          yield { type: 'TEXT', output, atByte: at, text: bytes.subarray(at, at + 5_000).toString('latin1') };
      }
      yield { type: 'END', end: this.end, message: this.message };
    } finally {
      this.open -= 1;
    }
  }

  async #begin(signal: AbortSignal): Promise<void> {
    this.readings += 1;
    const left = new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    if (this.hold !== null) await Promise.race([this.hold, left]);
    if (signal.aborted) throw new GridweaveError('CANCELLED', 'The caller went away.');
    if (this.failure !== null) throw this.failure;
  }

  #lookUp<K extends RecordKind>(keys: readonly NativeKey[]): Promise<Found<RecordOfKind[K]>> {
    this.lookUps += 1;
    const error = this.lookUpFailure;
    return Promise.resolve({
      found: new Map(),
      missing: new Map(error === null ? [] : keys.map((key) => [key, error])),
    });
  }
}

export interface ScriptedFollowing {
  readonly source: ScriptedLog;
  readonly followers: LogFollowers;
  readonly providers: ProviderRegistry;
  readonly faults: unknown[];
  open(request?: Partial<FollowRequest>, ctx?: CallContext): Promise<LogReader>;
}

/** Followers of a scripted log, with short times; closed with the test. */
export function followScripted(
  way: 'STREAMED' | 'POLLED',
  options: Partial<LogFollowOptions> = {},
  capabilities: Partial<Capabilities> = {},
): ScriptedFollowing {
  const source = new ScriptedLog(way, capabilities);
  const faults: unknown[] = [];
  const providers = new ProviderRegistry([source]);
  const followers = new LogFollowers({
    providers,
    clock: systemClock,
    onFault: (fault) => faults.push(fault),
    random: () => 0.5,
    options: {
      minPauseMs: 5,
      maxPauseMs: 10,
      maxBackoffMs: 20,
      settleMs: 5,
      lingerMs: 30,
      holdMs: 20,
      ...options,
    },
  });
  onTestFinished(() => followers.close());
  return {
    source,
    followers,
    providers,
    faults,
    open: (request = {}, ctx = testContext()) =>
      followers.open(
        {
          execution: { provider: KEY, key: 'e-1' as NativeKey },
          stream: 'STDOUT',
          after: null,
          tail: null,
          ...request,
        },
        ctx,
      ),
  };
}
