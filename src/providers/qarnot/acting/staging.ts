import type { Draft } from './draft.ts';
import { underRoot, folder, bucketPlacement, wholeResults, resultPattern } from './staging-paths.ts';

const MAX_BUCKETS = 100;
const MAX_PATTERN = 2047;

/** Inputs from Qarnot's own buckets. Where their objects lie follows from their keys: nothing can be moved deeper. */
export function draftInputs({ spec, verdicts, body }: Draft): void {
  const buckets: object[] = [];
  for (const [i, { path, source }] of spec.inputs.entries()) {
    const at = ['spec', 'inputs', i];
    if (source.type !== 'BUCKET') {
      verdicts.refused(
        at,
        `Qarnot stages inputs from its own buckets alone, not from a source of type ${source.type}.`,
      );
      continue;
    }
    const target = underRoot(path);
    const prefix = folder(source.prefix ?? '');
    const placement = target === null ? null : bucketPlacement(prefix, target);
    if (placement === null) {
      verdicts.refused(at, 'Qarnot puts a bucket into /job, where a prefix may be left out of its keys: the path must be /job, or /job and the end of the prefix.'); // prettier-ignore
    } else if (buckets.length >= MAX_BUCKETS) {
      verdicts.refused(at, `A task has at most ${String(MAX_BUCKETS)} input buckets.`);
    } else {
      buckets.push({ bucketName: source.bucket, ...placement });
      verdicts.translated(at, prefix === '' ? 'The bucket appears in /job.' : `Objects whose keys begin with "${prefix}" appear in /job.`); // prettier-ignore
    }
  }
  if (buckets.length > 0) body.advancedResourceBuckets = buckets;
}

/** Outputs go to one bucket and one prefix, filtered by where they were written. */
export function draftOutputs({ spec, verdicts, body }: Draft): void {
  const patterns: string[] = [];
  let all = false;
  let where: { readonly bucket: string; readonly prefix: string } | null = null;
  for (const [i, { path, destination }] of spec.outputs.entries()) {
    const at = ['spec', 'outputs', i];
    if (destination === null) {
      verdicts.refused(at, 'Qarnot keeps results only in a bucket: name one as the destination.');
      continue;
    }
    if (destination.type !== 'BUCKET') {
      verdicts.refused(
        at,
        `Qarnot keeps results in its own buckets alone, not in one of type ${destination.type}.`,
      );
      continue;
    }
    const target = underRoot(path);
    if (target === null) {
      verdicts.refused(at, 'Qarnot keeps what is written into /job, and nothing else.');
      continue;
    }
    const to = { bucket: destination.bucket, prefix: folder(destination.prefix ?? '') };
    where ??= to;
    if (where.bucket !== to.bucket || where.prefix !== to.prefix) {
      verdicts.refused(at, 'Qarnot keeps all results of a task in one bucket, under one prefix: give all outputs the same.'); // prettier-ignore
      continue;
    }
    const pattern = resultPattern(target);
    if ([...patterns, pattern].join('|').length > MAX_PATTERN) {
      verdicts.refused(at, 'The paths of all outputs together are too long for Qarnot’s filter of results.');
      continue;
    }
    if (wholeResults(target)) all = true;
    else patterns.push(pattern);
    verdicts.translated(
      at,
      'Files keep their path below /job, behind the prefix; the name of the output is not sent.',
    );
  }
  if (where === null) return;
  body.resultBucket = where.bucket;
  if (where.prefix !== '') body.resultsBucketPrefix = where.prefix;
  if (!all && patterns.length > 0) body.resultsWhitelist = patterns.join('|');
}
