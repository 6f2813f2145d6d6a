import { describe, expect, it } from 'vitest';
import { path } from '../../upstream/path.ts';
import { spelledAsByGo } from './go-path.ts';

describe('spelledAsByGo', () => {
  // What a server of version 1.9.3 found, and what it looked for in vain.
  it.each([
    ['j-7f3d', 'j-7f3d'],
    ['a:b', 'a:b'],
    ['a+b', 'a+b'],
    ['a@b,c;d=e&f$g', 'a@b,c;d=e&f$g'],
    ['a (b)', 'a%20%28b%29'],
    ["it's!", 'it%27s%21'],
    ['é', '%C3%A9'],
    ['pct%41', 'pct%2541'],
    ['q?x#y', 'q%3Fx%23y'],
    ['%3A', '%253A'],
    ['own:7+y,é@x(1)', 'own:7+y,%C3%A9@x%281%29'],
  ])('writes %s as %s', (id, written) => {
    const spelled = spelledAsByGo(path`/jobs/${id}/logs`);
    expect(spelled).toEqual({ path: `/jobs/${written}/logs`, route: '/jobs/{}/logs' });
    expect(decodeURIComponent(written)).toBe(id);
  });
});
