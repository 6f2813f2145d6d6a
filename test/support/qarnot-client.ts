/** What the Qarnot emulator's tests share: an emulator over an empty world that a test fills and moves by hand. */
import { onTestFinished } from 'vitest';
import type { ManualClock } from '../../src/sandbox/clock.ts';
import { createManualClock } from '../../src/sandbox/clock.ts';
import type { EmulatorServer } from '../../src/sandbox/http.ts';
import type { World } from '../../src/sandbox/world/types.ts';
import { createWorld } from '../../src/sandbox/world/world.ts';
import type { QarnotEmulatorOptions } from '../../src/sandbox/qarnot/emulator.ts';
import { SANDBOX_TOKEN, startQarnotEmulator } from '../../src/sandbox/qarnot/emulator.ts';

/** JSON of an answer, read as a test expects it. */
export interface Body {
  readonly [key: string]: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; throws for one that is no JSON object or array. */
  json(): Body;
}

export interface Client {
  readonly emulator: EmulatorServer;
  readonly clock: ManualClock;
  readonly world: World;
  /** Sends with the sandbox token and, for a body, as JSON. */
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** Sends and returns the JSON of a 200; anything else fails the test. */
  get<T = Body>(path: string): Promise<T>;
  post<T = Body>(path: string, body?: unknown): Promise<T>;
  /** Creates a task with this command and returns its uuid. */
  submit(command: string, fields?: Readonly<Record<string, unknown>>): Promise<string>;
}

export const START = Date.parse('2026-03-02T09:00:00Z');

export interface ClientOptions extends Partial<Omit<QarnotEmulatorOptions, 'world'>> {
  /** Jobs of the world's own users; default none. */
  readonly jobs?: number;
  readonly seed?: number;
}

/** Starts an emulator that is closed when the test ends, and fails the test if its code threw. */
export async function startClient(options: ClientOptions = {}): Promise<Client> {
  const { jobs = 0, seed = 11, ...rest } = options;
  const clock = createManualClock(START);
  const world = createWorld({
    seed,
    clock,
    sites: ['qarnot'],
    jobsPerSite: jobs,
    arrivalMs: Infinity,
    nodeUpMs: Infinity,
  });
  const emulator = await startQarnotEmulator({ world, ...rest });
  onTestFinished(async () => {
    await emulator.close();
    if (emulator.errors.length > 0) throw emulator.errors[0];
  });
  const send: Client['send'] = async (method, path, body, headers = {}) => {
    const response = await fetch(emulator.url + path, {
      method,
      headers: {
        authorization: SANDBOX_TOKEN,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) as Body };
  };
  const expectJson = async <T>(answer: Answer, call: string): Promise<T> => {
    if (answer.status !== 200) throw new Error(`${call} answered ${answer.status}: ${answer.text}`);
    return JSON.parse(answer.text) as T;
  };
  const post: Client['post'] = async (path, body) =>
    expectJson(await send('POST', path, body), `POST ${path}`);
  return {
    emulator,
    clock,
    world,
    send,
    get: async (path) => expectJson(await send('GET', path), `GET ${path}`),
    post,
    submit: async (command, fields = {}) => {
      const constants = [
        { key: 'DOCKER_REPO', value: 'library/alpine' },
        { key: 'DOCKER_CMD', value: command },
      ];
      const task = { name: 'probe', profile: 'docker-batch', instanceCount: 1, constants, ...fields };
      const { uuid } = await post<{ uuid: string }>('/tasks', task);
      return uuid;
    },
  };
}

export const SECOND = 1000;
