import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { READ_ALL } from '../../../test/auth/authenticators.ts';
import type { ClaimCondition } from '../../config/auth-config.ts';
import { claimAt, grantsOf, viewerIdOf } from './claims.ts';

const CLAIMS = {
  team: 'physics',
  scope: 'openid compute profile',
  groups: ['ops', 'all'],
  realm_access: { roles: ['operators'] },
  'https://example.org/roles': ['admin'],
  admin: true,
};

describe('a condition on a claim', () => {
  it.each<[string, ClaimCondition['test'], string, boolean]>([
    ['team', 'equals', 'physics', true],
    ['team', 'equals', 'phys', false],
    ['team', 'contains', 'phys', false],
    ['team', 'contains', 'physics', true],
    ['scope', 'contains', 'compute', true],
    ['scope', 'contains', 'comp', false],
    ['groups', 'contains', 'ops', true],
    ['groups', 'equals', 'ops', false],
    ['realm_access.roles', 'contains', 'operators', true],
    ['https://example.org/roles', 'contains', 'admin', true],
    ['admin', 'equals', 'true', false],
    ['nothing', 'equals', 'x', false],
    ['realm_access.roles.length', 'equals', '1', false],
    ['constructor.name', 'equals', 'Object', false],
    ['__proto__.constructor', 'equals', 'x', false],
  ])('%s %s %s: %s', (claim, test, text, holds) => {
    const grants = grantsOf(CLAIMS, [{ grant: READ_ALL, when: { claim, test, text } }]);
    expect(grants).toEqual(holds ? [READ_ALL] : []);
  });

  it('finds only what the token itself holds', () => {
    expect(claimAt(CLAIMS, 'toString')).toBeUndefined();
    expect(claimAt(CLAIMS, 'team.length')).toBeUndefined();
  });
});

it('no two subjects are the same viewer', () => {
  const name = fc.constantFrom('id.example.org', 'id.example.org/a', 'id.example.org/a/b');
  const subject = fc.string({ unit: fc.constantFrom('a', '/', '%', '2', 'F', ' ', '\n', 'b'), minLength: 1 });
  fc.assert(
    fc.property(name, subject, name, subject, (nameA, a, nameB, b) => {
      const same = nameA === nameB && a === b;
      expect(viewerIdOf(nameA, a) === viewerIdOf(nameB, b)).toBe(same);
    }),
  );
  expect(viewerIdOf('id.example.org', 'ada@example.org')).toBe('jwt:id.example.org/ada@example.org');
});
