import { GridweaveError } from '../model/errors.ts';

/** Refuses a base URL that could not be called, or that holds a secret. Its text is never repeated. */
export function checkBaseUrl(url: URL): void {
  const problem =
    url.protocol !== 'http:' && url.protocol !== 'https:'
      ? 'must begin with http:// or https://'
      : url.username !== '' || url.password !== ''
        ? 'must not hold a user or password: configure a credential instead'
        : url.search !== '' || url.hash !== ''
          ? 'must not hold a query or fragment'
          : null;
  if (problem !== null) {
    throw new GridweaveError('INVALID_ARGUMENT', `A provider’s URL ${problem}.`, { field: 'url' });
  }
}
