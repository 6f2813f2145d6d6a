import type { OutputDestination } from '../../../model/job-spec.ts';
import type { PublisherType, ResultPublisher } from '../extension.ts';
import type { SpecConfig } from './job-to-send.ts';
import { isBefore, MANAGED_S3, type Release } from './release.ts';
import type { Verdicts } from '../../verdicts.ts';

/** The node itself keeps the results and serves them; every node can, and no credential is needed. */
export const LOCAL_PUBLISHER: SpecConfig = { Type: 'local', Params: {} };

const TYPES: Readonly<Record<PublisherType, string>> = {
  LOCAL: 'local',
  S3: 's3',
  S3_MANAGED: 's3managed',
  IPFS: 'ipfs',
  NOOP: 'noop',
};

interface Bucket {
  readonly bucket: string;
  readonly key: string;
  readonly region: string | null;
  readonly endpoint: string | null;
}

/** The publisher of a destination; null for one that Bacalhau has none for. */
export function publisherFor(destination: OutputDestination): SpecConfig | null {
  if (destination.type === 'IPFS') return { Type: 'ipfs', Params: {} };
  if (destination.type !== 'S3' || destination.bucket === '' || destination.key === '') return null;
  return s3(destination);
}

function s3({ bucket, key, region, endpoint }: Bucket): SpecConfig {
  return {
    Type: 's3',
    Params: {
      Bucket: bucket,
      Key: key,
      ...(region === null ? {} : { Region: region }),
      ...(endpoint === null ? {} : { Endpoint: endpoint }),
    },
  };
}

export function publisherOf(given: ResultPublisher): SpecConfig {
  if (given.type !== 'S3') return { Type: TYPES[given.type], Params: {} };
  const { bucket, key, region = null, endpoint = null, encoding } = given;
  const { Type, Params } = s3({ bucket: bucket ?? '', key: key ?? '', region, endpoint });
  return { Type, Params: encoding == null ? Params : { ...Params, Encoding: encoding.toLowerCase() } };
}

/** The extension's publisher. `isElsewhere`: outputs name a destination themselves. */
export function judgePublisher(
  given: ResultPublisher,
  isElsewhere: boolean,
  release: Release,
  verdicts: Verdicts,
): void {
  const at = ['extensions', 'bacalhau', 'publisher'] as const;
  if (isElsewhere) {
    verdicts.refused(at, 'The outputs name a destination already, and a task has one publisher.');
    return;
  }
  const isTooOld = given.type === 'S3_MANAGED' && isBefore(release, MANAGED_S3);
  verdicts.judge([...at, 'type'], isTooOld ? 'From Bacalhau 1.8 on; this server is older.' : null);
  const { bucket, key, region, endpoint, encoding } = given;
  for (const [field, value] of Object.entries({ bucket, key, region, endpoint, encoding })) {
    const isNeeded = given.type === 'S3' && (field === 'bucket' || field === 'key');
    if (value == null && !isNeeded) continue;
    const problem = given.type === 'S3' ? null : 'Only an S3 publisher has this.';
    verdicts.judge([...at, field], isNeeded && (value ?? '') === '' ? 'An S3 publisher needs it.' : problem);
  }
}
