import { randomInt } from 'node:crypto';
import { spellKeyHash } from '../../src/config/key-hash.ts';
import { createKey, hashKey } from '../../src/server/auth/key-secret.ts';
import { systemClock } from '../../src/model/time.ts';
import { AUDIENCE, signingKey, tokenOf, type SigningKey } from '../auth/token-issuer.ts';
import { Finder } from './finder.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Whatever JSON, URLs, HTML and YAML write in another way, as far as a header can hold it: in the middle, and at the end. */
const AWKWARD = [`"'<&>`, '\\/+%='] as const;
const PLAIN = ['', ''] as const;
const NOT_ASCII = [`"'<&>`, '\\/+é:'] as const;

/** What a secret is made of: 32 random letters and digits. */
export function secretText(): string {
  return Array.from({ length: 32 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** Where a secret may be seen: at these providers, and nowhere else. */
export type Places = readonly string[];

/** Every secret that there is, by name, and where it belongs. */
export class Vault {
  readonly finder = new Finder();
  readonly #places = new Map<string, Places>();

  /** A new secret. */
  make(name: string, places: Places = [], [middle, end]: readonly [string, string] = AWKWARD): string {
    const text = secretText();
    return this.keep(name, text.slice(0, 16) + middle + text.slice(16) + end, places);
  }

  /** A secret that was made elsewhere. */
  keep(name: string, value: string, places: Places = []): string {
    this.finder.add(name, value);
    this.#places.set(name, places);
    return value;
  }

  /** Whether one may be seen in what a provider is sent. */
  belongsTo(provider: string): (secret: string) => boolean {
    return (secret) => this.#places.get(secret)?.includes(provider) === true;
  }

  /** Names of all that belong to some provider. */
  get placed(): readonly (readonly [secret: string, places: Places])[] {
    return [...this.#places].filter(([, places]) => places.length > 0);
  }
}

export interface ApiKey {
  readonly key: string;
  readonly hash: string;
}

async function apiKey(vault: Vault, id: string): Promise<ApiKey> {
  const key = createKey(id);
  const hash = spellKeyHash(await hashKey(key));
  vault.keep(`API key ${id}`, key.slice(key.lastIndexOf('_', 10) + 1));
  vault.keep(`hash of API key ${id}`, hash.split('.').at(-1) ?? '');
  return { key, hash };
}

export type Secrets = Awaited<ReturnType<typeof makeSecrets>>;

/** All of them, each its own canary. */
export async function makeSecrets(vault: Vault, issuer: string) {
  const signer = await signingKey();
  return {
    vault,
    /** What the gateway is configured with, for each provider. */
    lab: { apiKey: vault.make('apiKey of lab', ['lab']) },
    basic: {
      username: vault.make('username of basic', ['basic'], PLAIN),
      password: vault.make('password of basic', ['basic'], NOT_ASCII),
    },
    acmeBasic: {
      username: vault.make('username of acme at basic', ['basic'], PLAIN),
      password: vault.make('password of acme at basic', ['basic']),
    },
    umbraBasic: { apiKey: vault.make('apiKey of umbra at basic', ['basic']) },
    cloud: { token: vault.make('token of cloud', ['cloud']) },
    acmeCloud: { token: vault.make('token of acme at cloud', ['cloud']) },
    gpu: {
      /** A name: Run:ai shows who submitted what. */
      clientId: vault.make('clientId of gpu', ['gpu', 'callers', 'files'], PLAIN),
      clientSecret: vault.make('clientSecret of gpu', ['gpu'], NOT_ASCII),
    },
    gpuToken: { token: vault.make('token of gpu-token', ['gpu-token']) },
    grid: { authenticator: vault.make('authenticator of grid', ['grid']) },
    pair: {
      bearerToken: vault.make('bearerToken of pair', ['pair']),
      authenticator: vault.make('authenticator of pair', ['pair']),
    },
    callbackPassword: vault.make('password of the callback'),
    keySetQuery: vault.make('query of the URL of the key set', ['issuer'], PLAIN),
    /** What takes their place in a later configuration. */
    nextLab: { apiKey: vault.make('next apiKey of lab', ['lab']) },
    /** Of providers that tell everybody what they are sent. */
    echoes: {
      bearer: { apiKey: vault.make('apiKey of echo-bearer', ['echo-bearer']) },
      basic: {
        username: vault.make('username of echo-basic', ['echo-basic'], PLAIN),
        password: vault.make('password of echo-basic', ['echo-basic'], NOT_ASCII),
      },
      raw: { token: vault.make('token of echo-raw', ['echo-raw']) },
      client: {
        clientId: vault.make('clientId of echo-client', ['echo-client'], PLAIN),
        clientSecret: vault.make('clientSecret of echo-client', ['echo-client']),
      },
      body: {
        bearerToken: vault.make('bearerToken of echo-body', ['echo-body']),
        authenticator: vault.make('authenticator of echo-body', ['echo-body']),
      },
      issued: vault.make('token that echo-client gave', ['echo-client']),
    },
    /** What callers bring of their own. */
    brought: {
      lab: vault.make('brought for lab', ['lab']),
      labOverWs: vault.make('brought for lab over a WebSocket', ['lab']),
      labWrong: vault.make('brought for lab, and wrong', ['lab']),
      gpuId: vault.make('clientId brought for gpu', ['gpu'], PLAIN),
      gpuSecret: vault.make('clientSecret brought for gpu', ['gpu']),
      grid: vault.make('brought for grid', ['grid']),
      echo: vault.make('brought for echo-raw', ['echo-raw']),
    },
    keys: {
      admin: await apiKey(vault, 'ops'),
      acme: await apiKey(vault, 'acme'),
      umbra: await apiKey(vault, 'umb'),
      reader: await apiKey(vault, 'read'),
    },
    wrongKey: vault.keep('wrong API key', createKey('ops')),
    signer,
    jwt: await token(vault, 'token', signer, { iss: issuer, sub: 'ada' }),
    endedJwt: await token(vault, 'token that has ended', signer, { iss: issuer, exp: 1_700_000_000 }),
    foreignJwt: await token(vault, 'token for somebody else', signer, { iss: issuer, aud: 'other' }),
    /** Where nobody should send any, and some do. */
    stray: {
      basicAuthorization: vault.make('password of Authorization: Basic'),
      otherScheme: vault.make('Authorization of another scheme'),
      cookie: vault.make('cookie', [], PLAIN),
      query: vault.make('token in the query', [], PLAIN),
      userinfo: vault.make('password in the URL', [], PLAIN),
      path: vault.make('token in the path', [], PLAIN),
      header: vault.make('header that nobody asked for', []),
      proxyAuthorization: vault.make('Proxy-Authorization'),
      baggage: vault.make('baggage', [], PLAIN),
      traceState: vault.make('tracestate', [], PLAIN),
      noJson: vault.make('body that is no JSON'),
      extension: vault.make('extensions of a request'),
      /** In documents, plain variables and names of parameters: those who wrote it may read it again. */
      own: vault.make('word of a document', ['callers']),
      init: vault.make('member of connection_init'),
      frame: vault.make('frame that is no JSON'),
      callbackPassword: vault.make('wrong password of the callback'),
      callbackBody: vault.make('member of a callback'),
    },
    /** Of submissions. Providers that were submitted to are those of the right tenant or caller. */
    env: vault.make('value of env', ['lab', 'basic', 'cloud', 'gpu'], NOT_ASCII),
    echoedEnv: vault.make('value of env that comes back', ['echo-raw'], NOT_ASCII), // prettier-ignore
    misplacedEnv: vault.make('value of env in a wrong input'),
    secretEnv: vault.keep('reference of secretEnv', `ref${secretText().toLowerCase()}`, ['gpu']),
    idempotencyKey: vault.make('idempotency key'),
    otherIdempotencyKey: vault.make('idempotency key that meets trouble', [], PLAIN),
  };
}

async function token(
  vault: Vault,
  name: string,
  signer: SigningKey,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  const made = await tokenOf(signer, systemClock, { claims: { aud: AUDIENCE, ...claims }, lifeSeconds: 'exp' in claims ? null : 3_600 }); // prettier-ignore
  vault.keep(`signature of a ${name}`, made.split('.')[2] ?? '');
  return made;
}
