/** The legacy handshake: a signed challenge for a token. Always open; with users configured it lists no method. */
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Exchange, Handler, Reply } from '../exchange.ts';
import { frameworkError, unclassified } from '../wire/refusal.ts';
import { GoStruct } from '../wire/body.ts';
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
    get: ({ scope, parameters }) => {
      if (auth.mode !== 'open' || parameters['method']?.toLowerCase() !== METHOD) {
        throw frameworkError(404, 'Not Found');
      }
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

/** Which digest real nodes sign with is not documented; SHA-256 with PKCS #1 padding is assumed here. */
function handshake(exchange: Exchange, auth: BacalhauAuth, key: () => KeyObject): Reply {
  const { scope, parameters } = exchange;
  if (auth.mode !== 'open' || parameters['method']?.toLowerCase() !== METHOD) {
    throw frameworkError(404, 'Not Found');
  }
  const { signature, publicKey, der } = readChallenge(exchange);
  if (!verify('sha256', phraseOf(scope.orchestratorId), publicKey, signature)) {
    return {
      status: 401,
      body: { Authentication: { success: false, reason: 'signature does not match the challenge' } },
    };
  }
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ sub: der.toString('base64').slice(0, 32), ns: { '*': 15 } })}`;
  const token = `${unsigned}.${sign('sha256', Buffer.from(unsigned), key()).toString('base64url')}`;
  return { body: { Authentication: { success: true, token } } };
}

function readChallenge(exchange: Exchange): {
  readonly signature: Buffer;
  readonly publicKey: KeyObject;
  readonly der: Buffer;
} {
  const data = Buffer.from(exchange.body().string('MethodData'), 'base64').toString('utf8');
  try {
    const document = new GoStruct(JSON.parse(data) as Record<string, unknown>);
    const der = Buffer.from(document.string('PublicKey'), 'base64');
    return {
      signature: Buffer.from(document.string('PhraseSignature'), 'base64'),
      publicKey: createPublicKey({ key: der, format: 'der', type: 'pkcs1' }),
      der,
    };
  } catch {
    throw unclassified();
  }
}
