import { MAX_INT } from '../../reading.ts';
import { parseRanges, sizeOf } from '../ranges.ts';
import { timespanText } from '../timespan.ts';
import type { Draft } from './draft.ts';
import { extensionPath, notWith } from './field-path.ts';

/** Times, tries, and how many instances. */
export function draftLimits({ spec, extension, verdicts, body }: Draft): void {
  if (spec.executionTimeoutMs !== null)
    verdicts.refused(['spec', 'executionTimeoutMs'], 'Qarnot has no limit on how long a task runs.');
  if (spec.queueTimeoutMs !== null) {
    const path = ['spec', 'queueTimeoutMs'];
    // 0 would mean no limit.
    const seconds = Math.max(1, Math.ceil(spec.queueTimeoutMs / 1000));
    if (seconds > MAX_INT) verdicts.refused(path, 'This is longer than Qarnot can be told.');
    else {
      body.maxTimeQueueSeconds = seconds;
      if (seconds * 1000 === spec.queueTimeoutMs) verdicts.honoured(path);
      else verdicts.translated(path, `Rounded up to ${String(seconds)} s.`);
    }
  }
  if (spec.maxRetries !== null) {
    body.retrySettings = { maxPerInstanceRetries: spec.maxRetries };
    verdicts.honoured(['spec', 'maxRetries']);
  }
  if (spec.count !== null)
    verdicts.judge(['spec', 'count'], spec.count < 1 ? 'A task has at least one instance.' : null);
  if (extension.advancedRanges == null) body.instanceCount = spec.count ?? 1;
}

/** Which ids the instances have, instead of how many there are. */
export function draftRanges({ spec, extension, verdicts, body }: Draft): void {
  if (extension.advancedRanges == null) return;
  const path = extensionPath('advancedRanges');
  const ranges = parseRanges(extension.advancedRanges);
  const objection =
    spec.count !== null
      ? notWith(['spec', 'count'], path, 'the ranges say how many instances there are.')
      : ranges === null || sizeOf(ranges) === 0
        ? 'Write ids and ranges of ids with commas between them, such as 0-2,4-5,17.'
        : null;
  if (verdicts.judge(path, objection)) body.advancedRanges = extension.advancedRanges;
}

/** How long the ended task is kept. */
export function draftTimeToLive({ extension, verdicts, body }: Draft): void {
  const { completionTimeToLiveMs: ms } = extension;
  if (ms == null) return;
  const path = extensionPath('completionTimeToLiveMs');
  const seconds = Math.ceil(ms / 1000);
  if (ms < 0 || seconds > MAX_INT)
    return verdicts.refused(path, 'This is no length of time that Qarnot can be told.');
  body.completionTimeToLive = timespanText(seconds);
  if (seconds * 1000 === ms) verdicts.honoured(path);
  else verdicts.translated(path, `Rounded up to ${String(seconds)} s.`);
}
