import type { ClaimCondition, TokenGrant } from '../../config/auth-config.ts';
import type { Grant } from '../../model/access.ts';

type Claims = Readonly<Record<string, unknown>>;

/** A claim by its name, or by the way to it: `realm_access.roles`. Names with dots in them (URLs) come first. */
export function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split('.')
    .reduce<unknown>(
      (at, part) =>
        typeof at === 'object' && at !== null && Object.hasOwn(at, part) ? (at as Claims)[part] : undefined,
      claims,
    );
}

function holds(claims: Claims, { claim, test, text }: ClaimCondition): boolean {
  const value = claimAt(claims, claim);
  if (test === 'equals') return value === text;
  if (Array.isArray(value)) return value.includes(text);
  // OAuth's `scope` is a text of words.
  return typeof value === 'string' && value.split(' ').includes(text);
}

/** What the bearer of a token may do. */
export function grantsOf(claims: Claims, grants: readonly TokenGrant[]): Grant[] {
  return grants.filter(({ when }) => when === null || holds(claims, when)).map(({ grant }) => grant);
}

/** The id of a viewer: equal for no two subjects, of whatever issuers. */
export function viewerIdOf(issuerName: string, subject: string): string {
  const plain = subject.replaceAll(/[%/\s\p{Cc}]/gu, (character) => encodeURIComponent(character));
  return `jwt:${issuerName}/${plain}`;
}
