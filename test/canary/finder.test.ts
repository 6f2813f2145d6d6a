import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Finder } from './finder.ts';
import { secretText } from './secrets.ts';

/** Looks for one planted secret; says how it was found, or null. */
function foundIn(text: (secret: string) => string | Buffer, tail = ''): string | null {
  const finder = new Finder();
  const secret = secretText() + tail;
  finder.add('the canary', secret);
  for (let i = 0; i < 50; i += 1) finder.add(`another ${String(i)}`, secretText());
  const leaks = finder.find(text(secret));
  expect(leaks.map(({ secret: name }) => name).filter((name) => name !== 'the canary')).toEqual([]);
  return leaks[0]?.form ?? null;
}

const unicode = (text: string): string =>
  Array.from(text, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('');
const entities = (text: string): string =>
  Array.from(text, (char) => `&#${String(char.charCodeAt(0))};`).join('');
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const sha256 = (text: string) => createHash('sha256').update(text);

describe('a planted secret', () => {
  it.each<[string, (secret: string) => string | Buffer]>([
    ['as it is', (s) => `{"msg":"the key ${s} is wrong"}`],
    ['as bytes', (s) => Buffer.from(`\u0000\u0081~${s}\n`)],
    ['in JSON', (s) => JSON.stringify({ [s]: [s] })],
    ['in JSON in JSON', (s) => JSON.stringify(JSON.stringify({ s }))],
    ['in a URL', (s) => `/a?token=${encodeURIComponent(s)}&b`],
    ['percent by percent', (s) => `/a?token=${percent(s)}`],
    ['escaped letter by letter', (s) => `"${unicode(s)}"`],
    ['as entities', (s) => `<b>${entities(s)}</b>`],
    ['in base64', (s) => base64(s)],
    ['in base64, one byte on', (s) => base64(`:${s}!`)],
    ['in base64, two bytes on', (s) => base64(`u:${s}!`)],
    ['in base64url, three bytes on', (s) => Buffer.from(`ann${s}~~`).toString('base64url')],
    [
      'in a cursor',
      (s) =>
        `cursor=${Buffer.from(JSON.stringify([1, { position: base64(`x${s}`) }])).toString('base64url')}`,
    ],
    ['in hex', (s) => Buffer.from(s).toString('hex')],
    ['in HEX', (s) => Buffer.from(s).toString('hex').toUpperCase()],
    ['in capitals', (s) => s.toUpperCase()],
    ['backwards', (s) => Array.from(s).toReversed().join('')],
    ['its first half', (s) => `${s.slice(0, 16)}…`],
    ['its second half', (s) => `…${s.slice(-16)}`],
    ['its SHA-256', (s) => sha256(s).digest('hex')],
    ['its SHA-256 in base64url', (s) => sha256(s).digest('base64url')],
    ['more of its SHA-256 than a fingerprint', (s) => sha256(`Bearer ${s}`).digest('hex').slice(0, 24)],
  ])('is found: %s', (_, text) => {
    expect(foundIn(text)).not.toBeNull();
    expect(foundIn(text, `"'<&>\\/+% é`)).not.toBeNull();
  });

  it('is found wherever it stands', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.string({ maxLength: 40 }),
        (before, after) => {
          expect(foundIn((secret) => before + secret + after)).not.toBeNull();
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is not seen where it is not: in a fingerprint, in noise, in what is compressed', () => {
    expect(foundIn((s) => `credential ${sha256(s).digest('hex').slice(0, 16)}`)).toBeNull();
    expect(foundIn(() => Array.from({ length: 2_000 }, () => secretText()).join(' '))).toBeNull();
    // So whoever looks has to unpack first.
    expect(foundIn((s) => gzipSync(s))).toBeNull();
  });

  it('is told apart from others', () => {
    const finder = new Finder();
    const [one, two] = [secretText(), secretText()];
    finder.add('one', one);
    finder.add('two', two);
    expect(finder.find(`${two} ${one} ${two}`).map(({ secret }) => secret)).toEqual(['two', 'one']);
  });
});
