/** What the server says to a path, or to a method of it, that it does not serve. */
import { frameworkError, Refusal } from './refusal.ts';
import type { Release } from './release.ts';

/** Distinguishable from a missing job by its component, so that clients can probe for newer endpoints. */
export function unknownPath(release: Release, segments: readonly string[]): Refusal {
  if (release.requesterGone && segments[2] === 'requester') return frameworkError(410, 'Gone');
  if (!release.classifiedGateErrors) return frameworkError(404, 'Not Found');
  return new Refusal('The requested resource/URL was not found.', {
    status: 404,
    code: 'NotFound',
    component: 'APIServer',
    hint: `The server may be older than the client: it runs ${release.build.GitVersion}`,
    details: { cli_usage: 'Update the server, or look up which version has this command.' },
    framework: true,
  });
}
