/** What the Run:ai emulator's tests share: an emulator over an empty world that a test fills and moves by hand. */
import { expect, onTestFinished } from 'vitest';
import { fetch } from 'undici';
import type { Headers } from 'undici';
import type { ManualClock } from '../../src/sandbox/clock.ts';
import { createManualClock } from '../../src/sandbox/clock.ts';
import type { RunaiEmulator, RunaiEmulatorOptions } from '../../src/sandbox/runai/emulator.ts';
import {
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  startRunaiEmulator,
} from '../../src/sandbox/runai/emulator.ts';
import type { Site, World } from '../../src/sandbox/world/types.ts';
import type { WorldOptions } from '../../src/sandbox/world/world.ts';
import { createWorld } from '../../src/sandbox/world/world.ts';

export const START = Date.parse('2026-03-02T09:00:00Z');
export const SECOND = 1000;

/** Members of the wire's objects that tests look at. */
export interface WorkloadOnWire {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly phase: string;
  readonly phaseMessage: string;
  readonly phaseUpdatedAt: string;
  readonly updatedAt: string;
  readonly createdAt: string;
  readonly completedAt: string | null;
  readonly deletedAt: string | null;
  readonly projectName: string;
  readonly runningPods: number;
  readonly allocatedResources: Readonly<Record<string, unknown>> | null;
  readonly [member: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, taken to be what the test says it is. */
  json<T = Record<string, unknown>>(): Readonly<T>;
}

export interface RunaiRig {
  readonly emulator: RunaiEmulator;
  readonly clock: ManualClock;
  readonly world: World;
  readonly site: Site;
  readonly clusterId: string;
  /** Sends as the sandbox's credential; a body that is no text goes as JSON. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** The parsed body of a GET that must answer 200. */
  read<T = Readonly<Record<string, unknown>>>(path: string): Promise<T>;
  /** The status of a GET. */
  status(path: string): Promise<number>;
  token(clientId?: string, clientSecret?: string): Promise<string>;
  projectId(name?: string): Promise<string>;
  /** Creates a workload of a kind's path and returns its id. */
  create(fields?: CreateFields): Promise<string>;
  workload(id: string): Promise<WorkloadOnWire>;
  list(query?: string): Promise<readonly WorkloadOnWire[]>;
  /** Moves the clock; the world catches up with the next call. */
  pass(ms: number): void;
}

export interface CreateFields {
  readonly kind?: string;
  readonly name?: string;
  readonly command?: string;
  readonly project?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly more?: Readonly<Record<string, unknown>>;
}

export interface RigOptions extends Partial<Omit<RunaiEmulatorOptions, 'world'>> {
  /** Default: nobody works there, nothing breaks. */
  readonly world?: Partial<WorldOptions>;
}

/** Starts an emulator that is closed when the test ends, and fails the test if its code threw. */
export async function startRunaiRig(options: RigOptions = {}): Promise<RunaiRig> {
  const { world: worldOptions, ...rest } = options;
  const clock = createManualClock(START);
  const quiet = { jobsPerSite: 0, arrivalMs: Infinity, nodeUpMs: Infinity };
  const world = createWorld({ seed: 11, clock, sites: ['runai'], ...quiet, ...worldOptions });
  const emulator = await startRunaiEmulator({ eventualConsistencyMs: 0, ...rest, world });
  onTestFinished(async () => {
    await emulator.close();
    expect(emulator.errors).toEqual([]);
  });
  const bare = async (
    method: string,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer> => {
    const content = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(emulator.url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: content }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: <T>() => JSON.parse(text) as Readonly<T>,
    };
  };
  const token: RunaiRig['token'] = async (
    clientID = options.clientId ?? SANDBOX_CLIENT_ID,
    clientSecret = options.clientSecret ?? SANDBOX_CLIENT_SECRET,
  ) => {
    const grant = { grantType: 'app_token', appID: clientID, appSecret: clientSecret };
    const answer = await bare('POST', '/api/v1/token', grant, {});
    if (answer.status !== 200)
      throw new Error(`The token endpoint answered ${answer.status}: ${answer.text}`);
    return answer.json<{ accessToken: string }>().accessToken;
  };
  // One that outlives the test's clock, unless the test is about lifetimes.
  let bearer: string | null = null;
  const call: RunaiRig['call'] = async (method, path, body, headers = {}) => {
    bearer ??= await token();
    return bare(method, path, body, { authorization: `Bearer ${bearer}`, ...headers });
  };
  const read = async <T>(path: string): Promise<T> => {
    const answer = await call('GET', path);
    if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${answer.text}`);
    return answer.json<T>();
  };
  const projectId: RunaiRig['projectId'] = async (name = 'vision') => {
    const path = `/api/v1/org-unit/projects?filterBy=name==${name}`;
    const { projects } = await read<{ projects: { id: string }[] }>(path);
    return projects[0]?.id ?? '';
  };
  const [cluster] = await read<{ uuid: string }[]>('/api/v1/clusters');
  const clusterId = cluster?.uuid ?? '';
  let serial = 0;
  emulator.resetCalls();
  return {
    emulator,
    clock,
    world,
    site: world.site('runai'),
    clusterId,
    call,
    read,
    status: async (path) => (await call('GET', path)).status,
    token,
    projectId,
    create: async ({ kind = 'trainings', name, command = 'sleep 60', project, spec, more } = {}) => {
      serial += 1;
      const body = {
        name: name ?? `probe-${serial}`,
        projectId: await projectId(project),
        clusterId,
        spec: { image: 'busybox:1.37', command, ...spec },
        ...more,
      };
      const answer = await call('POST', `/api/v1/workloads/${kind}`, body);
      if (answer.status !== 202) throw new Error(`Create answered ${answer.status}: ${answer.text}`);
      return answer.json<{ workloadId: string }>().workloadId;
    },
    workload: (id) => read(`/api/v1/workloads/${id}`),
    list: async (query = '') =>
      (await read<{ workloads: WorkloadOnWire[] }>(`/api/v1/workloads${query}`)).workloads,
    pass: (ms) => {
      clock.advance(ms);
    },
  };
}
