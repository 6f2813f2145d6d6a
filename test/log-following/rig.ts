/** Follows logs of an adapter that is connected to its emulator over real sockets. */
import { onTestFinished } from 'vitest';
import type { NativeKey } from '../../src/model/ids.ts';
import type { ExecutionRecord } from '../../src/model/records.ts';
import { LogFollowers, type FollowRequest } from '../../src/live/logs/log-followers.ts';
import type { LogReader } from '../../src/live/logs/log-reader.ts';
import type { LogMessage } from '../../src/live/logs/message.ts';
import type { LogFollowOptions } from '../../src/live/logs/options.ts';
import type { LogOutput } from '../../src/providers/provider.ts';
import { ProviderRegistry } from '../../src/providers/registry.ts';
import { RecentProviderEvents } from '../../src/providers/recent-events.ts';
import type { SimExecution } from '../../src/sandbox/world/types.ts';
import type { Rig, SimRig } from '../contract/rig.ts';
import { readRecords } from '../contract/reading.ts';
import { SHARED_ACCESS } from '../../src/providers/access.ts';

/** Fast enough for a test: the world's clock is moved by hand. */
export const FAST: Partial<LogFollowOptions> = {
  minPauseMs: 10,
  maxPauseMs: 30,
  maxBackoffMs: 40,
  settleMs: 20,
  lingerMs: 50,
  holdMs: 20,
};

export interface Following {
  readonly followers: LogFollowers;
  open(request?: Partial<Omit<FollowRequest, 'execution'>>, key?: NativeKey): Promise<LogReader>;
}

/** Followers over one adapter; closed with the test. */
export function followersOf(
  rig: Rig,
  execution: NativeKey,
  options: Partial<LogFollowOptions> = {},
): Following {
  const faults: unknown[] = [];
  const provider = {
    key: rig.provider,
    name: rig.provider,
    kind: 'test',
    adapter: rig.adapter,
    upstream: rig.upstream,
    timeoutMs: 5_000,
    access: SHARED_ACCESS,
    callback: null,
    events: new RecentProviderEvents(),
  };
  const followers = new LogFollowers({
    providers: new ProviderRegistry([provider]),
    clock: rig.clock,
    onFault: (fault) => faults.push(fault),
    options: { ...FAST, ...options },
  });
  onTestFinished(async () => {
    await followers.close();
    if (faults.length > 0) throw faults[0];
  });
  return {
    followers,
    open: ({ stream = 'COMBINED', after = null, tail = null } = {}, key = execution) =>
      followers.open({ execution: { provider: rig.provider, key }, stream, after, tail }, rig.ctx()),
  };
}

/** What a reader got, by output. */
export class Received {
  readonly messages: LogMessage[] = [];
  readonly text: Record<LogOutput, string> = { STDOUT: '', STDERR: '' };

  add(message: LogMessage): void {
    this.messages.push(message);
    if (message.type !== 'CHUNK') return;
    for (const { stream, text, newline } of message.parts) this.text[stream] += newline ? `${text}\n` : text;
  }

  get last(): LogMessage | undefined {
    return this.messages.at(-1);
  }

  of<T extends LogMessage['type']>(type: T): (LogMessage & { type: T })[] {
    return this.messages.filter((message): message is LogMessage & { type: T } => message.type === type);
  }
}

/** Reads until the end, or until `enough`. */
export async function readOn(
  reader: LogReader,
  received = new Received(),
  enough: (received: Received) => boolean = () => false,
): Promise<Received> {
  while (!enough(received)) {
    const message = await reader.next();
    if (message === null) break;
    received.add(message);
  }
  return received;
}

export interface Told {
  readonly record: ExecutionRecord;
  readonly execution: SimExecution;
}

/** The execution in a state that printed most. */
export async function talker(rig: SimRig, state = 'RUNNING', nth = 0): Promise<Told> {
  const told: Told[] = [];
  for (const record of await readRecords(rig, 'execution')) {
    const execution = rig.sim.facts.executionOf(rig.sim.site, record);
    if (execution !== null && record.status.state === state) told.push({ record, execution });
  }
  const size = ({ execution }: Told): number => rig.sim.site.logOf(execution).length;
  const found = told.sort((a, b) => size(b) - size(a))[nth];
  if (found === undefined) throw new Error(`no execution of this world is ${state}`);
  return found;
}

/** Everything that an execution of the world has printed to an output; all is STDOUT where the two are one. */
export function printed(rig: SimRig, { execution }: Told, output: LogOutput, oneStream = false): string {
  return rig.sim.site
    .logOf(execution)
    .filter(({ stream }) => (oneStream ? 'STDOUT' : stream.toUpperCase()) === output)
    .map(({ text }) => `${text}\n`)
    .join('');
}

/** Moves the world on until the execution has ended, in steps that a follower can see. */
export async function liveOut(rig: SimRig, { execution }: Told, stepMs = 5_000, steps = 20): Promise<void> {
  for (let step = 0; step < steps; step++) {
    rig.sim.pass(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 8));
  }
  rig.sim.site.stop(execution.jobId, 'seen enough');
  while (execution.endedAt === null) {
    rig.sim.pass(1_000);
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
}
