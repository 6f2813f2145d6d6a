/** A Bacalhau emulator on a loopback socket over an empty world whose clock stands still, for tests. */
import { expect, onTestFinished } from 'vitest';
import { fetch } from 'undici';
import type { Headers } from 'undici';
import type { BacalhauEmulatorOptions } from '../../src/sandbox/bacalhau/emulator.ts';
import { startBacalhauEmulator } from '../../src/sandbox/bacalhau/emulator.ts';
import type { ManualClock } from '../../src/sandbox/clock.ts';
import { createManualClock } from '../../src/sandbox/clock.ts';
import type { EmulatorServer } from '../../src/sandbox/http.ts';
import type { Site, World } from '../../src/sandbox/world/types.ts';
import type { WorldOptions } from '../../src/sandbox/world/world.ts';
import { createWorld } from '../../src/sandbox/world/world.ts';

/** When the clock of every rig stands at first. */
export const START = Date.parse('2025-11-22T05:40:00Z');

export const JOBS = '/api/v1/orchestrator/jobs';
export const NODES = '/api/v1/orchestrator/nodes';

/** The parts of the wire's objects that tests look at. */
export interface JobOnWire {
  readonly ID: string;
  readonly Name: string;
  readonly Namespace: string;
  readonly Type: string;
  readonly Priority: number;
  readonly Count: number;
  readonly Labels: Record<string, string>;
  readonly Meta: Record<string, string>;
  readonly Tasks: readonly {
    readonly Engine: { readonly Params: Record<string, unknown> };
    readonly Resources: Record<string, string>;
    readonly Network: { readonly Type: string };
  }[];
  readonly State: { readonly StateType: string; readonly Message?: string };
  readonly Version: number;
  readonly Revision: number;
  readonly CreateTime: number;
  readonly ModifyTime: number;
}

export interface ExecutionOnWire {
  readonly ID: string;
  readonly NodeID: string;
  readonly JobVersion?: number;
  readonly PartitionIndex?: number;
  readonly DesiredState: { readonly StateType: number; readonly Message?: string };
  readonly ComputeState: { readonly StateType: number; readonly Message?: string };
  readonly PublishedResult: { readonly Type: string };
  readonly RunOutput: Record<string, unknown>;
  readonly Revision: number;
  readonly CreateTime: number;
}

export interface HistoryOnWire {
  readonly SeqNum?: number;
  readonly Type: string;
  readonly JobVersion?: number;
  readonly ExecutionID?: string;
  readonly Event: {
    readonly Message: string;
    readonly Topic: string;
    readonly Details?: Record<string, string>;
  };
  readonly Time: string;
  readonly JobState?: unknown;
}

export interface Page<T> {
  readonly NextToken: string;
  readonly Items: readonly T[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, taken to be what the test says it is. */
  json<T>(): Readonly<T>;
}

export interface Rig {
  readonly emulator: EmulatorServer;
  readonly clock: ManualClock;
  readonly world: World;
  readonly site: Site;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** The parsed body of a GET that must answer 200. */
  read<T>(path: string): Promise<T>;
  job(id: string): Promise<JobOnWire>;
  executions(id: string, query?: string): Promise<readonly ExecutionOnWire[]>;
  /** Submits a job over the wire, a batch job unless the fields say otherwise; returns its id. */
  submit(fields?: Record<string, unknown>, command?: string): Promise<string>;
  /** Moves the clock; the world catches up with the next call. */
  pass(ms: number): void;
}

/** A job that can be submitted; the shell command decides its fate. */
export function jobBody(fields: Record<string, unknown> = {}, command = 'echo hi'): Record<string, unknown> {
  return {
    Type: 'batch',
    Count: 1,
    Tasks: [
      {
        Name: 'main',
        Engine: {
          Type: 'docker',
          Params: { Image: 'alpine:3.20', Entrypoint: ['sh', '-c'], Parameters: [command] },
        },
      },
    ],
    ...fields,
  };
}

/** Starts one and closes it when the test is over. */
export async function startRig(
  options: Partial<Omit<BacalhauEmulatorOptions, 'world'>> & { readonly world?: Partial<WorldOptions> } = {},
): Promise<Rig> {
  const clock = createManualClock(START);
  const quiet = { jobsPerSite: 0, arrivalMs: Infinity, nodeUpMs: Infinity };
  const world = createWorld({ seed: 11, clock, sites: ['bacalhau'], ...quiet, ...options.world });
  const emulator = await startBacalhauEmulator({ ...options, world });
  onTestFinished(async () => {
    await emulator.close();
    expect(emulator.errors).toEqual([]);
  });

  const call: Rig['call'] = async (method, path, body, headers = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(emulator.url + path, {
      method,
      redirect: 'manual',
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: text }),
    });
    const answer = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text: answer,
      json: <T>() => JSON.parse(answer) as Readonly<T>,
    };
  };
  const get: Rig['get'] = (path, headers) => call('GET', path, undefined, headers);
  const read = async <T>(path: string): Promise<T> => {
    const answer = await get(path);
    if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${answer.text}`);
    return answer.json<T>();
  };
  return {
    emulator,
    clock,
    world,
    site: world.site('bacalhau'),
    call,
    get,
    read,
    job: async (id) => (await read<{ Job: JobOnWire }>(`${JOBS}/${id}`)).Job,
    executions: async (id, query = '') =>
      (await read<Page<ExecutionOnWire>>(`${JOBS}/${id}/executions${query}`)).Items,
    submit: async (fields, command) => {
      const answer = await call('PUT', JOBS, { Job: jobBody(fields, command) });
      if (answer.status !== 200) throw new Error(`Submit answered ${answer.status}: ${answer.text}`);
      return answer.json<{ JobID: string }>().JobID;
    },
    pass: (ms) => clock.advance(ms),
  };
}
