/** The whole sandbox: one seeded world, and an emulator for each provider kind that is asked for. */
import type { Clock } from '../model/time.ts';
import { systemClock } from '../model/time.ts';
import { startBacalhauEmulator } from './bacalhau/emulator.ts';
import {
  CHARITY_ENGINE_PREFIX,
  SANDBOX_AUTHENTICATOR,
  startCharityEngineEmulator,
} from './charity-engine/emulator.ts';
import type { RunningEmulator } from './emulator.ts';
import { SANDBOX_TOKEN, startQarnotEmulator } from './qarnot/emulator.ts';
import { SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, startRunaiEmulator } from './runai/emulator.ts';
import type { World } from './world/types.ts';
import type { WorldOptions } from './world/world.ts';
import { createWorld } from './world/world.ts';

/** Mean time between new jobs of a site: often enough that whoever watches sees something within seconds. */
const ARRIVAL_MS = 6_000;

/** The kinds that have an emulator. */
export const SANDBOX_KINDS = ['bacalhau', 'qarnot', 'runai', 'charity-engine'] as const;
export type SandboxKind = (typeof SANDBOX_KINDS)[number];

/** The world's options (how many jobs, how lively) are passed on as they are. */
export interface SandboxOptions extends Omit<WorldOptions, 'seed' | 'clock' | 'sites'> {
  /** Default 1. The same seed and clock give the same world. */
  readonly seed?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Emulators to start; other kinds are not simulated. Default all. */
  readonly kinds?: readonly SandboxKind[];
  /** Default any free port for each. */
  readonly ports?: Readonly<Partial<Record<SandboxKind, number>>>;
  /** Default 127.0.0.1. Anybody who can reach another address can use and break the sandbox. */
  readonly host?: string;
}

export interface SandboxEmulator extends RunningEmulator {
  readonly kind: SandboxKind;
  /** How to connect to it, as a configuration would say it. Its secrets are good for nothing but this sandbox. */
  readonly connection: SandboxConnection;
}

export interface SandboxConnection {
  /** Base URL of the API; the emulator's own when the API has no prefix. */
  readonly url: string;
  /** Members of the credential; empty when none is asked for. */
  readonly credential: Readonly<Record<string, string>>;
}

export interface Sandbox {
  readonly world: World;
  /** In the order of `SANDBOX_KINDS`. */
  readonly emulators: ReadonlyMap<SandboxKind, SandboxEmulator>;
  /** Ends every emulator and all their connections. */
  close(): Promise<void>;
}

interface EmulatorKind extends Pick<SandboxConnection, 'credential'> {
  /** What stands before every path of the API. */
  readonly prefix: string;
  readonly start: (options: {
    readonly world: World;
    readonly port: number;
    readonly host: string;
  }) => Promise<RunningEmulator>;
}

const EMULATORS: Readonly<Record<SandboxKind, EmulatorKind>> = {
  bacalhau: { prefix: '', credential: {}, start: startBacalhauEmulator },
  qarnot: { prefix: '', credential: { token: SANDBOX_TOKEN }, start: startQarnotEmulator },
  runai: {
    prefix: '',
    credential: { clientId: SANDBOX_CLIENT_ID, clientSecret: SANDBOX_CLIENT_SECRET },
    start: startRunaiEmulator,
  },
  'charity-engine': {
    prefix: `${CHARITY_ENGINE_PREFIX}/`,
    credential: { authenticator: SANDBOX_AUTHENTICATOR },
    start: startCharityEngineEmulator,
  },
};

/** Starts the sandbox; rejects with INVALID_ARGUMENT, and leaves nothing running, when a port cannot be used. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const {
    seed = 1,
    clock = systemClock,
    kinds = SANDBOX_KINDS,
    ports = {},
    host = '127.0.0.1',
    arrivalMs = ARRIVAL_MS,
    ...lively
  } = options;
  const wanted = SANDBOX_KINDS.filter((kind) => kinds.includes(kind));
  const world = createWorld({ ...lively, arrivalMs, seed, clock, sites: wanted });
  const emulators = new Map<SandboxKind, SandboxEmulator>();
  const close = async (): Promise<void> => {
    await Promise.all([...emulators.values()].map((emulator) => emulator.close()));
  };
  try {
    for (const kind of wanted) {
      const { prefix, credential, start } = EMULATORS[kind];
      const running = await start({ world, port: ports[kind] ?? 0, host });
      emulators.set(kind, { ...running, kind, connection: { url: `${running.url}${prefix}`, credential } });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { world, emulators, close };
}
