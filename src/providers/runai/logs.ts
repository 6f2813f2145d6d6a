import { GridweaveError } from '../../model/errors.ts';
import type { ProviderKey } from '../../model/ids.ts';

/** Neither API serves the output of containers. */
export function noLogs(provider: ProviderKey): GridweaveError {
  return new GridweaveError(
    'UNSUPPORTED_OPERATION',
    'Run:ai’s APIs do not give the output of containers: read it on the cluster.',
    { provider },
  );
}
