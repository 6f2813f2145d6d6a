import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { perturbed } from './json-noise.ts';
import { Choices } from './noise.ts';
import type { ProviderAnswer } from './relay.ts';

/** One thing that a provider does wrong. */
export type Tampering =
  /** Nothing. */
  | { readonly kind: 'NONE' }
  /** The JSON of the answer is another one; the numbers say what about it. */
  | { readonly kind: 'JSON'; readonly times: number; readonly choices: readonly number[] }
  /** Every number is a text of some hundred digits. */
  | { readonly kind: 'DIGITS' }
  /** One byte of the body is another one. */
  | { readonly kind: 'BYTES'; readonly at: number; readonly byte: number }
  /** The body ends early, and the connection with it unless its length agrees. */
  | { readonly kind: 'CUT'; readonly at: number; readonly announced: boolean }
  | { readonly kind: 'BODY'; readonly body: string }
  /** `body` null: the answer's own. */
  | { readonly kind: 'STATUS'; readonly status: number; readonly body: string | null }
  | { readonly kind: 'HEADER'; readonly name: string; readonly value: string }
  /** Sends callers elsewhere. */
  | { readonly kind: 'REDIRECT'; readonly status: number }
  /** Says back, in an error, everything it was told, credentials included. */
  | { readonly kind: 'ECHO'; readonly status: number }
  | { readonly kind: 'GZIP'; readonly real: boolean }
  /** These bytes instead of an HTTP answer. */
  | { readonly kind: 'RAW'; readonly bytes: string }
  | { readonly kind: 'RESET' }
  /** Never answers. */
  | { readonly kind: 'HANG' };

const STATUSES = [200, 201, 202, 204, 205, 206, 226, 299, 304, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 412, 413, 415, 418, 421, 422, 423, 425, 429, 431, 451, 499, 500, 501, 502, 503, 504, 507, 511, 520, 599, 600, 999]; // prettier-ignore

const BODIES = [
  '', ' ', 'null', 'true', '0', '""', '[]', '{}', '[null]', '[[]]', '{"data":null}', '{"items":null}', '[1,2,3]',
  '\u00ef\u00bb\u00bf{}', '\u00ff\u00fe\u0000', '{"a":1}{"b":2}', '{"a":', '<html><body>502</body></html>', 'x'.repeat(200_000),
  '['.repeat(20_000), '['.repeat(5_000) + ']'.repeat(5_000), `{"message":"${'é'.repeat(30_000)}"}`, '{"__proto__":{"polluted":true}}',
  '{"error":{"message":{"message":["x"]}}}', '{"code":{},"message":[],"details":7}', '1e999', '-', '\u0000'.repeat(100), '"\\ud800"',
]; // prettier-ignore

const HEADERS: readonly (readonly [string, string])[] = [
  ['retry-after', '-1'],
  ['retry-after', '1e9'],
  ['retry-after', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ['retry-after', '99999999999999999999'],
  ['retry-after', 'soon'],
  ['date', 'yesterday'],
  ['date', 'Fri, 31 Dec 9999 23:59:59 GMT'],
  ['content-type', 'text/html'],
  ['content-type', ';;;'],
  ['content-type', 'application/json; charset=utf-7'],
  ['content-encoding', 'br'],
  ['content-encoding', 'gzip, gzip'],
  ['content-length', '0'],
  ['x-request-id', 'x'.repeat(8_000)],
  ['x-long', 'y'.repeat(20_000)],
  ['x-odd', '\u0080\u00ff\u00e9'],
  ['set-cookie', 'a=b; Domain=.example.org'],
  ['link', '<http://127.0.0.1:1/next>; rel="next"'],
  ['x-total-count', '-1'],
  ['www-authenticate', 'Bearer realm="x", error="\\"'],
  ['connection', 'upgrade'],
];

const RAW = [
  '',
  '\r\n\r\n',
  'HTTP/1.1 200\r\n\r\n',
  'HTTP/1.1 200 OK\r\n',
  'HTTP/9.9 200 OK\r\n\r\n{}',
  'HTTP/1.1 20x OK\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\n'.repeat(20),
  'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}',
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n\u0001\u0002',
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}   ',
  'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}',
  'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}',
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nbad header\r\n\r\n{}',
  'HTTP/1.1 200 OK\r\nx: a\u0000b\r\nContent-Length: 2\r\n\r\n{}',
  `HTTP/1.1 200 OK\r\nx: ${'h'.repeat(100_000)}\r\n\r\n{}`,
  'SSH-2.0-OpenSSH_9.6\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001',
];

const numbers = fc.array(fc.nat(0xffff), { minLength: 4, maxLength: 30, size: 'max' });

export const tampering: fc.Arbitrary<Tampering> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ kind: fc.constant('JSON' as const), times: fc.integer({ min: 1, max: 4 }), choices: numbers }) }, // prettier-ignore
  { weight: 6, arbitrary: fc.constant({ kind: 'NONE' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('BYTES' as const), at: fc.nat(100_000), byte: fc.nat(255) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('CUT' as const), at: fc.nat(5_000), announced: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('BODY' as const), body: fc.constantFrom(...BODIES) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('STATUS' as const), status: fc.constantFrom(...STATUSES), body: fc.option(fc.constantFrom(...BODIES)) }) }, // prettier-ignore
  { weight: 3, arbitrary: fc.constantFrom(...HEADERS).map(([name, value]) => ({ kind: 'HEADER' as const, name, value })) },
  { weight: 2, arbitrary: fc.constantFrom(300, 301, 302, 303, 307, 308).map((status) => ({ kind: 'REDIRECT' as const, status })) },
  { weight: 3, arbitrary: fc.constantFrom(400, 401, 403, 404, 409, 422, 500, 503).map((status) => ({ kind: 'ECHO' as const, status })) },
  { weight: 1, arbitrary: fc.boolean().map((real) => ({ kind: 'GZIP' as const, real })) },
  { weight: 3, arbitrary: fc.constantFrom(...RAW).map((bytes) => ({ kind: 'RAW' as const, bytes })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'DIGITS' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'RESET' as const }) },
); // prettier-ignore

export interface Circumstances {
  readonly trapUrl: string;
  /** What the gateway said, credentials included. */
  readonly said: string;
}

/** Answers in the way that was chosen. */
export function tamper(
  response: ServerResponse,
  answer: ProviderAnswer,
  how: Tampering,
  at: Circumstances,
): void {
  const { socket } = response;
  const reply = (
    status: number,
    body: Buffer | string,
    headers: Readonly<Record<string, string>> = {},
  ): void => {
    const length = { 'content-length': String(Buffer.byteLength(body)) };
    response.writeHead(status, { ...answer.headers, ...length, ...headers }).end(body);
  };
  switch (how.kind) {
    case 'NONE':
      return reply(answer.status, answer.body);
    case 'JSON':
      return reply(answer.status, otherJson(answer.body, how));
    case 'DIGITS':
      return reply(
        answer.status,
        answer.body.toString().replaceAll(/:-?\d+(?:\.\d+)?\b/g, `:"${'9'.repeat(400)}"`),
      );
    case 'BYTES': {
      const body = Buffer.from(answer.body);
      if (body.length > 0) body[how.at % body.length] = how.byte;
      return reply(answer.status, body);
    }
    case 'CUT': {
      const body = answer.body.subarray(0, how.at % Math.max(1, answer.body.length));
      if (!how.announced) return reply(answer.status, body);
      response.writeHead(answer.status, answer.headers).write(body, () => socket?.destroy());
      return;
    }
    case 'BODY':
      return reply(answer.status, Buffer.from(how.body, 'latin1'));
    case 'STATUS':
      return reply(how.status, how.body === null ? answer.body : Buffer.from(how.body, 'latin1'));
    case 'HEADER':
      return reply(answer.status, answer.body, { [how.name]: how.value });
    case 'REDIRECT':
      return reply(how.status, '', { location: `${at.trapUrl}/elsewhere` });
    case 'ECHO': {
      const message = `not accepted: ${at.said}`;
      return reply(how.status, JSON.stringify({ message, error: message, detail: message, token: at.said }));
    }
    case 'GZIP':
      return reply(answer.status, how.real ? gzipSync(Buffer.alloc(1_000_000)) : answer.body, {
        'content-encoding': 'gzip',
      });
    case 'RAW':
      response.detachSocket(socket!);
      socket?.end(how.bytes, 'latin1');
      return;
    case 'RESET':
      socket?.resetAndDestroy();
      return;
    case 'HANG':
  }
}

function otherJson(body: Buffer, { times, choices }: Tampering & { kind: 'JSON' }): string {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    return '{"what":"was no JSON"}';
  }
  const numbers = new Choices(choices);
  for (let n = 0; n < times; n += 1) value = perturbed(value, numbers);
  return JSON.stringify(value);
}
