/** A Charity Engine emulator on a loopback socket over an empty world that a test fills and moves by hand. */
import { expect, onTestFinished } from 'vitest';
import type { CharityEngineEmulatorOptions } from '../../src/sandbox/charity-engine/emulator.ts';
import {
  CHARITY_ENGINE_PREFIX,
  SANDBOX_AUTHENTICATOR,
  startCharityEngineEmulator,
} from '../../src/sandbox/charity-engine/emulator.ts';
import type { ManualClock } from '../../src/sandbox/clock.ts';
import { createManualClock } from '../../src/sandbox/clock.ts';
import type { EmulatorServer } from '../../src/sandbox/http.ts';
import type { Site, World } from '../../src/sandbox/world/types.ts';
import type { WorldOptions } from '../../src/sandbox/world/world.ts';
import { createWorld } from '../../src/sandbox/world/world.ts';

export const START = Date.parse('2026-04-07T11:20:00Z');
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** The bearer header that the sandbox accepts. */
export const BEARER = { authorization: `Bearer ${SANDBOX_AUTHENTICATOR}` };

export interface StateOnWire {
  readonly status: string;
  readonly outputFiles: readonly { readonly filename: string; readonly url: string }[];
  readonly log: string;
}

export interface JobOnWire {
  readonly vmStatus: string;
  readonly states: Readonly<Record<string, StateOnWire>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, taken to be what the test says it is. */
  json<T = Record<string, unknown>>(): Readonly<T>;
}

export interface Rig {
  readonly emulator: EmulatorServer;
  readonly clock: ManualClock;
  readonly world: World;
  readonly site: Site;
  /** Sends to the server as it is; a body that is not text goes as JSON. */
  raw(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** Sends below the API's prefix with the sandbox's bearer header. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** Creates a job in the documented way and returns its id. */
  create(commandLine?: string, members?: Readonly<Record<string, unknown>>): Promise<string>;
  /** The status document of one job in its documented form. */
  status(id: string): Promise<JobOnWire>;
  /** Its `states.default`. */
  state(id: string): Promise<StateOnWire>;
}

/** A creation like the vendor's sample. */
export function jobBody(
  commandLine = 'echo hi',
  members: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    authenticator: SANDBOX_AUTHENTICATOR,
    app: 'docker:acme/prime-sieve:1.4',
    commandLine,
    specs: { vcpus: 2, ram: 2048, disk: 4096, networkDownload: 0, networkUpload: 0 },
    hours: 2,
    inputFiles: [{ filename: 'sieve.py', url: 'https://files.example/batch-77/sieve-v3.py' }],
    ...members,
  };
}

/** Starts one, closes it when the test is over, and fails the test if its code threw. */
export async function startRig(
  options: Partial<Omit<CharityEngineEmulatorOptions, 'world'>> & {
    readonly world?: Partial<WorldOptions>;
  } = {},
): Promise<Rig> {
  const clock = createManualClock(START);
  const quiet = { jobsPerSite: 0, arrivalMs: Infinity, nodeUpMs: Infinity };
  const world = createWorld({ seed: 11, clock, sites: ['charity-engine'], ...quiet, ...options.world });
  const emulator = await startCharityEngineEmulator({ ...options, world });
  onTestFinished(async () => {
    await emulator.close();
    expect(emulator.errors).toEqual([]);
  });
  const raw: Rig['raw'] = async (method, path, body, headers = {}) => {
    const response = await fetch(emulator.url + path, {
      method,
      redirect: 'manual',
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: <T>() => JSON.parse(text) as Readonly<T>,
    };
  };
  const call: Rig['call'] = (method, path, body, headers = BEARER) =>
    raw(method, `${CHARITY_ENGINE_PREFIX}/${path}`, body, headers);
  const status: Rig['status'] = async (id) => {
    const answer = await call('GET', `jobs/${id}`);
    const job = answer.json<{ jobs?: Record<string, JobOnWire> }>().jobs?.[id];
    if (job === undefined) throw new Error(`No status of ${id}: ${answer.text}`);
    return job;
  };
  return {
    emulator,
    clock,
    world,
    site: world.site('charity-engine'),
    raw,
    call,
    create: async (commandLine, members) => {
      const answer = await call('POST', 'job-create', jobBody(commandLine, members), {});
      const [id] = answer.json<{ ids?: readonly string[] }>().ids ?? [];
      if (id === undefined) throw new Error(`Not created: ${answer.text}`);
      return id;
    },
    status,
    state: async (id) => {
      const { states } = await status(id);
      if (states['default'] === undefined) throw new Error(`${id} has no default state`);
      return states['default'];
    },
  };
}
