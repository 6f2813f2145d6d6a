import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../../test/support/upstream-calls.ts';
import { path } from './path.ts';

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

  it.each(['', '.', '..', 'x'.repeat(1025), '\ud800'])(
    'refuses %j, which no object can be named',
    async (id) => {
      expect((await errorOf(Promise.resolve().then(() => path`/jobs/${id}`))).code).toBe('NOT_FOUND');
    },
  );

  it('never lets a value leave its segment, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (id) => {
        fc.pre(id !== '.' && id !== '..');
        const url = new URL(`http://host${path`/a/${id}/b`.path}`);
        const segments = url.pathname.split('/');
        expect(segments).toHaveLength(4);
        expect(decodeURIComponent(segments[2] ?? '')).toBe(id);
        expect(url.search + url.hash).toBe('');
      }),
    );
  });

  it('treats an already encoded value as text', () => {
    expect(path`/jobs/${'%2e%2e'}`.path).toBe('/jobs/%252e%252e');
  });
});
