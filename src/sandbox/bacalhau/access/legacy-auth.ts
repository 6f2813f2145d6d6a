/** The legacy handshake: a signed challenge for a token. Always open; with users configured it lists no method. */
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Exchange, Handler, Reply } from '../exchange.ts';
import { bindError, frameworkError } from '../wire/refusal.ts';
import { GoStruct } from '../wire/body.ts';
import { unknownPath } from '../wire/unknown-path.ts';
import type { BacalhauAuth } from './gate.ts';

const METHOD = 'clientkey';

export interface LegacyAuth {
  readonly list: Handler;
  readonly get: Handler;
  readonly post: Handler;
}

export function createLegacyAuth(auth: BacalhauAuth): LegacyAuth {
  let signingKey: KeyObject | undefined;
  // Made when the first token is asked for, because it takes a while.
  const key = (): KeyObject =>
    (signingKey ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);

  return {
    list: ({ scope }) => ({
      body: {
        NextToken: '',
        Methods: auth.mode === 'open' ? { [METHOD]: requirement(scope.orchestratorId) } : {},
      },
    }),
    get: ({ scope, request, parameters }) => {
      if (!isKnown(auth, parameters)) throw unknownPath(scope.release, request.segments);
      return { body: requirement(scope.orchestratorId) };
    },
    post: (exchange) => handshake(exchange, auth, key),
  };
}

function phraseOf(orchestratorId: string): Buffer {
  return Buffer.from(orchestratorId.slice(0, 10));
}

function requirement(orchestratorId: string): unknown {
  return {
    type: 'challenge',
    params: { InputPhrase: phraseOf(orchestratorId).toString('base64') },
  };
}

/** A signature is made with SHA-256 and PKCS #1 padding. */
function handshake(exchange: Exchange, auth: BacalhauAuth, key: () => KeyObject): Reply {
  const { scope, parameters } = exchange;
  if (!isKnown(auth, parameters)) throw unknownPath(scope.release, exchange.request.segments);
  const challenge = readChallenge(exchange);
  if (challenge === null) return refused('the public key cannot be read');
  const { signature, publicKey, der } = challenge;
  if (!verify('sha256', phraseOf(scope.orchestratorId), publicKey, signature)) {
    return refused('the signature does not match the challenge');
  }
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ sub: der.toString('base64').slice(0, 32), ns: { '*': 15 } })}`;
  const token = `${unsigned}.${sign('sha256', Buffer.from(unsigned), key()).toString('base64url')}`;
  return { body: { Authentication: { success: true, token } } };
}

/** Methods are known by their lower-case name only (seen on 1.9.3). */
function isKnown(auth: BacalhauAuth, parameters: Exchange['parameters']): boolean {
  return auth.mode === 'open' && parameters['method'] === METHOD;
}

function refused(reason: string): Reply {
  return { status: 401, body: { Authentication: { success: false, reason } } };
}

interface Challenge {
  readonly signature: Buffer;
  readonly publicKey: KeyObject;
  readonly der: Buffer;
}

/** Not base64 is a 400, not a JSON object a 500; null when there is no readable key in it, which is a 401. */
function readChallenge(exchange: Exchange): Challenge | null {
  const document = new GoStruct(readDocument(exchange.body().string('MethodData')));
  try {
    const der = Buffer.from(document.string('PublicKey'), 'base64');
    return {
      signature: Buffer.from(document.string('PhraseSignature'), 'base64'),
      publicKey: createPublicKey({ key: der, format: 'der', type: 'pkcs1' }),
      der,
    };
  } catch {
    return null;
  }
}

function readDocument(data: string): Readonly<Record<string, unknown>> {
  const bad = /[^A-Za-z0-9+/=]/.exec(data);
  if (bad !== null) {
    const cause = `illegal base64 data at input byte ${bad.index}`;
    throw bindError(`code=400, message=${cause}, internal=${cause}`);
  }
  const invalid = frameworkError(500, 'invalid authentication data: not a JSON object');
  try {
    const document: unknown = JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
    if (typeof document !== 'object' || document === null || Array.isArray(document)) throw invalid;
    return document as Readonly<Record<string, unknown>>;
  } catch {
    throw invalid;
  }
}
