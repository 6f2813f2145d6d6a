import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { pino, type Logger } from 'pino';
import { loadConfig } from '../../src/config/load.ts';
import { spellKeyHash } from '../../src/config/key-hash.ts';
import { systemClock } from '../../src/model/time.ts';
import { PROVIDER_KINDS } from '../../src/providers/kinds.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { hashKey } from '../../src/server/auth/key-secret.ts';
import { startGridweave } from '../../src/server/start.ts';
import { LOG_REDACTION } from '../../src/server/telemetry/log-redaction.ts';
import {
  AUDIENCE,
  ISSUER,
  signingKey,
  startKeyServer,
  tokenOf,
  type KeyServer,
} from '../auth/token-issuer.ts';
import { Canaries } from './canary.ts';
import { configText } from './configuration.ts';
import { Door, DOORS, type DoorName } from './door.ts';
import { learn, type Known } from './known.ts';
import { startRelay, type Relay } from './relay.ts';

const ERROR = 50;
/** Lines that are kept, for whoever looks into a finding. */
const KEPT_LINES = 200;
const LOOK_MS = 20;

/** The gate before them has tests of its own. */
const CALLBACKS = {
  perMinute: 1_000_000,
  failuresPerMinute: 1_000_000,
  concurrent: 100,
  bodyTimeoutMs: 1_000,
};

export interface RigOptions {
  readonly seed: number;
  /** How providers are called, where it differs. */
  readonly calls?: object | undefined;
  /** Nothing may keep everybody waiting for longer, in milliseconds. Default: nobody looks, as machines differ. */
  readonly stallMs?: number;
}

/** Two gateways over one sandbox, one of them with `auth`; all their secrets are canaries. */
export class Rig {
  readonly canaries = new Canaries();
  /** What went wrong that no answer tells: rejections that nobody handled, faults in the log, secrets in it. */
  readonly faults: string[] = [];
  readonly lines: string[] = [];
  readonly log: Logger;
  #doors: ReadonlyMap<DoorName, Door> = new Map();
  #known: Known | null = null;
  #closing: (() => Promise<unknown>)[] = [];

  private constructor() {
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#logged(chunk.toString());
        done();
      },
    });
    this.log = pino({ level: 'debug', base: null, ...LOG_REDACTION }, sink);
  }

  static async start(options: RigOptions): Promise<Rig> {
    const rig = new Rig();
    try {
      await rig.#open(options);
      return rig;
    } catch (error) {
      await rig.close();
      throw error;
    }
  }

  get doors(): readonly Door[] {
    return [...this.#doors.values()];
  }

  door(name: DoorName): Door {
    const door = this.#doors.get(name);
    if (door === undefined) throw new RangeError('no such door');
    return door;
  }

  /** What the gateways hold. */
  get known(): Known {
    if (this.#known === null) throw new RangeError('not started');
    return this.#known;
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
  }

  async #open({ seed, calls = {}, stallMs = Infinity }: RigOptions): Promise<void> {
    this.#watchProcess();
    this.#watchStalls(stallMs);
    const sandbox = await startSandbox({ seed, jobsPerSite: 40, keepJobsPerSite: 120 });
    this.#closing.push(() => sandbox.close());
    const trapUrl = await this.#openTrap();
    const issuer = await startKeyServer();
    this.#closing.push(() => issuer.close());
    const doors = new Map<DoorName, Door>();
    this.#doors = doors;
    for (const name of DOORS)
      doors.set(name, await this.#openDoor(name, { sandbox, issuer, trapUrl, calls }));
    this.#known = await learn(this.door('open'));
  }

  async #openDoor(
    name: DoorName,
    around: { sandbox: Sandbox; issuer: KeyServer; trapUrl: string; calls: object },
  ): Promise<Door> {
    const { sandbox, issuer, trapUrl, calls } = around;
    const env: Record<string, string> = {};
    const relays = new Map<string, Relay>();
    const brought = this.canaries.secret('a credential that a caller brought');
    for (const [kind, { connection, url }] of sandbox.emulators) {
      const secrets = new Map<string, string>();
      if (kind === 'qarnot') secrets.set(brought, connection.credential['token'] ?? '');
      const members = kind === 'bacalhau' ? { apiKey: '' } : connection.credential;
      for (const [member, real] of Object.entries(members)) {
        const canary = this.canaries.secret(`the ${member} of ${kind}`);
        env[`${kind}_${member}`] = canary;
        secrets.set(canary, real === '' ? 'nobody-asks' : real);
      }
      relays.set(
        kind,
        await startRelay({ target: url, secrets, canaries: this.canaries, trapUrl: () => trapUrl }),
      );
    }
    env['CALLBACK'] = this.canaries.secret('the password of a callback');
    const key = `gw_fuzz_${this.canaries.secret('an API key', 43)}`;
    const signer = await signingKey();
    issuer.publish(signer);
    const jwt = await tokenOf(signer, systemClock, { claims: { jti: this.canaries.secret('a token') }, lifeSeconds: 86_400 }); // prettier-ignore
    this.canaries.add('the signature of a token', jwt.split('.')[2]!);
    const hash = spellKeyHash(await hashKey(key));
    const auth =
      name === 'open' ? null : { hash, issuer: ISSUER, audience: AUDIENCE, jwksUrl: issuer.url.href };
    const text = configText({ sandbox, relays, env, auth, calls });
    const running = await startGridweave({
      config: loadConfig({ text, env, kinds: PROVIDER_KINDS }),
      kinds: PROVIDER_KINDS,
      log: this.log,
      graphiql: true,
      greet: false,
      callbackLimits: CALLBACKS,
    });
    const basic = Buffer.from(`vendor:${env['CALLBACK']}`).toString('base64');
    const secrets = {
      '%KEY%': key,
      '%JWT%': jwt,
      '%BASIC%': basic,
      '%PASSWORD%': env['CALLBACK'],
      '%BROUGHT%': brought,
    };
    const door = new Door({ name, running, relays: [...relays.values()], secrets });
    this.#closing.push(() => door.close());
    return door;
  }

  /** Where no credential may ever come: what providers redirect to. */
  async #openTrap(): Promise<string> {
    const trap = createServer((request, response) => {
      this.faults.push(`a redirect was followed: ${request.method ?? ''} ${request.url ?? ''}`);
      response.end();
    });
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    this.#closing.push(() => new Promise((resolve) => void trap.close(resolve)));
    return `http://127.0.0.1:${String((trap.address() as AddressInfo).port)}`;
  }

  #watchProcess(): void {
    const rejected = (reason: unknown): void =>
      void this.faults.push(`unhandled rejection: ${shown(reason)}`);
    const thrown = (error: unknown): void => void this.faults.push(`uncaught exception: ${shown(error)}`);
    const warned = ({ name, message }: Error): void => {
      if (name === 'MaxListenersExceededWarning') this.faults.push(`${name}: ${message}`);
    };
    process.on('unhandledRejection', rejected).on('uncaughtException', thrown).on('warning', warned);
    this.#closing.push(() => {
      process.off('unhandledRejection', rejected).off('uncaughtException', thrown).off('warning', warned);
      return Promise.resolve();
    });
  }

  #watchStalls(stallMs: number): void {
    let lookedAt = performance.now();
    const timer = setInterval(() => {
      const stoodMs = performance.now() - lookedAt - LOOK_MS;
      if (stoodMs > stallMs) this.faults.push(`everything stood still for ${String(Math.round(stoodMs))} ms`);
      lookedAt = performance.now();
    }, LOOK_MS);
    this.#closing.push(() => Promise.resolve(clearInterval(timer)));
  }

  #logged(line: string): void {
    const secret = this.canaries.foundIn(line);
    if (secret !== null) this.faults.push(`${secret} in the log: ${/"msg":"([^"]*)"/.exec(line)?.[1] ?? ''}`);
    const { level, msg, err } = JSON.parse(line) as { level: number; msg?: string; err?: { stack?: string } };
    if (level >= ERROR) this.faults.push(`logged as ${String(msg)}: ${err?.stack ?? ''}`);
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.shift();
  }
}

function shown(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
}
