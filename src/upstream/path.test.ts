import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../../test/support/upstream-calls.ts';
import { isSegment, path } from './path.ts';

describe('path', () => {
  it('encodes every value as one segment and remembers the route', () => {
    expect(path`/jobs/${'a/b c?d#e'}/tasks/${7}`).toEqual({
      path: '/jobs/a%2Fb%20c%3Fd%23e/tasks/7',
      route: '/jobs/{}/tasks/{}',
    });
  });

  it('leaves a template without values alone', () => {
    expect(path`/nodes`).toEqual({ path: '/nodes', route: '/nodes' });
  });

  it.each([
    '',
    '.',
    '..',
    'x'.repeat(1025),
    '\ud800',
    'a\nb',
    '\0',
    '../x',
    'a/../b',
    'a\\..',
    '..;x',
    'a/..;/b',
    './x',
    '%2e%2e',
    '%2E.',
    '..%2fx',
    'a%2f..',
    '%252e%252e',
    'a%255c%252e%252e',
    '%0a',
    'x%250d',
  ])('refuses %j, which no object can be named', async (id) => {
    expect((await errorOf(Promise.resolve().then(() => path`/jobs/${id}`))).code).toBe('NOT_FOUND');
  });

  it('never lets a value leave its segment, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (id) => {
        fc.pre(isSegment(id));
        const url = new URL(`http://host${path`/a/${id}/b`.path}`);
        const segments = url.pathname.split('/');
        expect(segments).toHaveLength(4);
        expect(decodeURIComponent(segments[2] ?? '')).toBe(id);
        expect(url.search + url.hash).toBe('');
      }),
    );
  });

  it('treats an already encoded value as text', () => {
    expect(path`/jobs/${'100%41'}`.path).toBe('/jobs/100%2541');
  });

  it.each(['...', '..x', 'a..b', 'x.', '.x', 'a/b', '100%', '%zz', '~$&=;*', 'v1.2;..', 'a;../b'])(
    'takes %j, which leads nowhere else',
    (id) => {
      expect(isSegment(id)).toBe(true);
    },
  );

  it('never lets a value lead elsewhere, however often it is decoded on the way', () => {
    const text = fc
      .array(fc.constantFrom('.', '..', '/', '\\', '%', '%2e', '%2F', '%5c', '%25', ';', 'a', '%00'), {
        maxLength: 8,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (id) => {
        fc.pre(isSegment(id));
        let target = path`/a/${id}/b`.path;
        for (let times = 0; times <= 3; times += 1) {
          expect(new URL(`http://host${target.replaceAll(/[?#]/g, '_')}`).pathname).toMatch(/^\/a\/.*\/b$/);
          expect(target).not.toMatch(/\p{Cc}/u);
          target = target.replace(/%[0-7][0-9a-f]/gi, decodeURIComponent);
        }
      }),
    );
  });
});
