import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutEcho } from './echo.ts';

const SECRET = `k3y"'<&>\\/+% of the tests`;
const json = JSON.stringify(SECRET).slice(1, -1);
const unicode = (text: string): string =>
  Array.from(text, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

describe('withoutEcho', () => {
  it.each([
    ['as it is', SECRET],
    ['in JSON', json],
    ['in JSON of PHP', json.replaceAll('/', '\\/')],
    ['in JSON of Go', json.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026')],
    ['in JSON, letter by letter', unicode(SECRET)],
    ['in a URL', encodeURIComponent(SECRET)],
    ['in HTML', SECRET.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')],
  ])('masks it %s', (_, spelled) => {
    expect(withoutEcho(`bad: ${spelled}, sorry`, [SECRET])).toBe('bad: [redacted], sorry');
    expect(withoutEcho(spelled, [SECRET, 'another secret'])).toBe('[redacted]');
    expect(withoutEcho(`${spelled} &amp; ${spelled}`, [SECRET])).toBe('[redacted] &amp; [redacted]');
  }); // prettier-ignore

  it.each([
    ['its beginning', `${SECRET.slice(0, 14)}…`, '[redacted]…'],
    ['its end', `…${SECRET.slice(-14)}`, '…[redacted]'],
    ['a piece of it', `<${SECRET.slice(4, 18)}>`, '<[redacted]>'],
    ['too little of it to say', SECRET.slice(0, 8), SECRET.slice(0, 8)],
    ['none of it', 'no "such" key &lt;here&gt; %20', 'no "such" key &lt;here&gt; %20'],
    ['nothing', '', ''],
  ])('of %s', (_, text, expected) => {
    expect(withoutEcho(text, [SECRET])).toBe(expected);
  });

  it('leaves words that a credential happens to be made of, unless it is there as a whole', () => {
    expect(withoutEcho('bad authenticator', ['my-authenticator'])).toBe('bad authenticator');
    expect(withoutEcho('bad my-authenticator', ['my-authenticator'])).toBe('bad [redacted]');
    expect(withoutEcho('bad my-authenticator-7', ['my-authenticator-7-x'])).toBe('bad [redacted]');
  });

  it('masks short ones whole, and none that may be a word', () => {
    expect(withoutEcho('key hunter2 or hunter', ['hunter2'])).toBe('key [redacted] or hunter');
    expect(withoutEcho('key abc', ['abc', ''])).toBe('key abc');
  });

  it('leaves no secret in any text, and any other text alone', () => {
    const secret = fc.string({ minLength: 6, maxLength: 40 });
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (sought, before, after) => {
        const cleaned = withoutEcho(before + sought + after, [sought]);
        expect(cleaned.replaceAll('[redacted]', '\0')).not.toContain(sought);
        if (!before.includes(sought))
          expect(withoutEcho(before, [`${sought}${'~'.repeat(200)}`.slice(-200)])).toBe(before);
      }),
    );
  });
});
