import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/model/time.ts';
import { startBacalhauEmulator } from '../../src/sandbox/bacalhau/emulator.ts';
import { CHARITY_ENGINE_PREFIX, rememberedJobs, startCharityEngineEmulator } from '../../src/sandbox/charity-engine/emulator.ts'; // prettier-ignore
import type { RunningEmulator } from '../../src/sandbox/emulator.ts';
import { startQarnotEmulator } from '../../src/sandbox/qarnot/emulator.ts';
import { startRunaiEmulator } from '../../src/sandbox/runai/emulator.ts';
import { createWorld } from '../../src/sandbox/world/world.ts';
import { ISSUER, startKeyServer, type KeyServer } from '../auth/token-issuer.ts';
import { writeConfiguration, type Configuration } from './configuration.ts';
import { startEchoingProvider, type EchoingProvider } from './echoing-provider.ts';
import { makeSecrets, Vault, type Secrets } from './secrets.ts';
import { startWiretap, type Wiretap } from './wiretap.ts';

const PREFIX = `${CHARITY_ENGINE_PREFIX}/`;

/** Providers, a token issuer and a configuration, for gateways that are started with it. */
export interface House {
  readonly vault: Vault;
  readonly secrets: Secrets;
  readonly configuration: Configuration;
  readonly emulators: Readonly<Record<'lab' | 'cloud' | 'gpu' | 'grid', RunningEmulator>>;
  readonly echo: EchoingProvider;
  readonly issuer: KeyServer;
  /** What was sent to each provider, by its key. */
  readonly taps: ReadonlyMap<string, Wiretap>;
  /** Requests that came where redirects lead. */
  readonly trapped: readonly string[];
  readonly folder: string;
  close(): Promise<void>;
}

export async function buildHouse(): Promise<House> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).toReversed()) await one();
  };
  try {
    return await build(closing, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(closing: (() => Promise<unknown>)[], close: () => Promise<void>): Promise<House> {
  const vault = new Vault();
  const secrets = await makeSecrets(vault, ISSUER);
  const folder = await mkdtemp(join(tmpdir(), 'gridweave-canary-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  const opened = async <One extends { close(): Promise<unknown> }>(opening: Promise<One>): Promise<One> => {
    const one = await opening;
    closing.push(() => one.close());
    return one;
  };

  const world = createWorld({
    seed: 7,
    clock: systemClock,
    sites: ['bacalhau', 'qarnot', 'runai', 'charity-engine'],
    jobsPerSite: 8,
    arrivalMs: 0,
    nodeUpMs: 0,
  });
  const { lab, basic, acmeBasic, umbraBasic, nextLab, brought, cloud, acmeCloud, gpu, grid, pair } = secrets;
  const emulators = {
    lab: await opened(
      startBacalhauEmulator({
        world,
        logStreams: 'independent',
        logFileWaitMs: 100,
        auth: {
          mode: 'users',
          apiKeys: Object.fromEntries(
            [lab.apiKey, nextLab.apiKey, umbraBasic.apiKey, brought.lab, brought.labOverWs].map((key) => [
              key,
              ['*'],
            ]),
          ),
          basic: Object.fromEntries(
            [basic, acmeBasic].map(({ username, password }) => [username, { password, capabilities: ['*'] }]),
          ),
        },
      }),
    ),
    cloud: await opened(startQarnotEmulator({ world, tokens: [cloud.token, acmeCloud.token] })),
    gpu: await opened(
      startRunaiEmulator({
        world,
        ...gpu,
        clients: [{ clientId: brought.gpuId, clientSecret: brought.gpuSecret }],
      }),
    ),
    grid: await opened(startCharityEngineEmulator({ world, ...grid })),
  };
  const pairEmulator = await opened(startCharityEngineEmulator({ world, ...pair }));
  const trapped: string[] = [];
  const trap = createServer((request, response) => {
    trapped.push(`${request.method ?? ''} ${request.url ?? ''}`);
    response.end();
  });
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => void trap.close(resolve)));
  const trapUrl = `http://127.0.0.1:${String((trap.address() as AddressInfo).port)}`;
  const echo = await opened(startEchoingProvider(secrets.echoes.issued, trapUrl));
  const issuer = await opened(startKeyServer());
  issuer.publish(secrets.signer);

  const targets: Readonly<Record<string, string>> = {
    lab: emulators.lab.url,
    basic: emulators.lab.url,
    cloud: emulators.cloud.url,
    gpu: emulators.gpu.url,
    'gpu-token': emulators.gpu.url,
    grid: emulators.grid.url,
    pair: pairEmulator.url,
    'echo-bearer': echo.url,
    'echo-basic': echo.url,
    'echo-raw': echo.url,
    'echo-client': echo.url,
    'echo-body': echo.url,
    issuer: issuer.url.origin,
  };
  const taps = new Map<string, Wiretap>();
  for (const [key, target] of Object.entries(targets)) taps.set(key, await opened(startWiretap(target)));
  const urlOf = (key: string): string => taps.get(key)?.url ?? '';
  const urls = Object.fromEntries([...taps.keys()].map((key) => [key, urlOf(key)]));
  for (const key of ['grid', 'pair', 'echo-body']) urls[key] += PREFIX;
  const configuration = await writeConfiguration({
    folder,
    secrets,
    urls,
    keySetUrl: `${urlOf('issuer')}/keys?token=${secrets.keySetQuery}`,
    gridJobs: rememberedJobs(world, 4),
  });
  return { vault, secrets, configuration, emulators, echo, issuer, taps, trapped, folder, close };
}
