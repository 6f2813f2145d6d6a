import type { Scope } from '../model/access.ts';
import { GridweaveError } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';

/** The caller may see it, and may not do this to it. */
export function notPermitted(scope: Scope, provider: ProviderKey, withoutProject: boolean): GridweaveError {
  const hint = withoutProject ? ' Name a project that you were granted.' : '';
  return new GridweaveError(
    'NOT_PERMITTED',
    `This needs the scope "${scope}" here, which you were not granted.${hint}`,
    {
      provider,
    },
  );
}
