import { minorOf } from '../versions.ts';

/** The minor number of a 1.x server; Infinity for a build that tells no release; null while the version is not known. */
export type Release = number | null;

/** From here on (Name, Namespace) identifies a job, a resubmit is an update, and reruns exist. */
export const UNIQUE_NAMES = 8;
/** `env:NAME` as a value, module paths in wasm jobs, the network types Default, Host and Bridge. */
export const HOST_VARIABLES = 7;
export const WASM_PATHS = 7;
export const NETWORK_DEFAULT = 7;
export const MANAGED_S3 = 8;

export function releaseOf(version: string | null): Release {
  return version === null ? null : (minorOf(version) ?? Infinity);
}

export function isBefore(release: Release, minor: number): boolean {
  return release !== null && release < minor;
}

export function isSince(release: Release, minor: number): boolean {
  return release !== null && release >= minor;
}
