import type { SubmissionStamp } from '../../acting.ts';
import { stampedName } from '../../stamped.ts';

/**
 * Longest name given. A name may have 63 letters, as a DNS label; how many the service takes is unverified, and clusters
 * add to names what has to fit as well (`-worker-0`, `-00001-deployment`).
 */
const MAX_NAME = 45;

/** What a submission is called at the provider. */
export function nameOf(name: string, stamp: SubmissionStamp): string {
  return stampedName(name, stamp, MAX_NAME);
}

/** How every name ends that was made with a stamp. */
export function nameEnding(stamp: SubmissionStamp): string {
  const name = nameOf('', stamp);
  return name.slice(name.lastIndexOf('-'));
}
