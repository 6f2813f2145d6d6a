import type { Installation } from '../store/installation.ts';
import { projectsOf } from '../store/installation.ts';
import type { JsonObject, JsonValue } from '../wire/json.ts';
import { integer, isArray, isObject, text, textList } from '../wire/json.ts';
import { refusal } from '../wire/replies.ts';
import { givenReference, MAX_INSTANCES, parseRanges, parseTimeSpan } from '../wire/scalars.ts';

const SHORTNAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;
const CONSTANT_KEY = /^[A-Za-z0-9_.-]+$/;
const MAX_NAME_LENGTH = 2047;
const MAX_VALUE_LENGTH = 2048;
const MAX_TAGS = 10;
const MAX_TAG_LENGTH = 512;
const MAX_BUCKETS = 100;

function given(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value !== null;
}

function isBadConstant(item: JsonValue): boolean {
  if (!isObject(item)) return true;
  const key = text(item['key']) ?? '';
  const value = text(item['value'] ?? '');
  const tooLong = key.length > MAX_VALUE_LENGTH || (value !== null && value.length > MAX_VALUE_LENGTH);
  return !CONSTANT_KEY.test(key) || value === null || tooLong;
}

function isBadLabels(value: JsonValue): boolean {
  return !isObject(value) || Object.values(value).some((item) => typeof item !== 'string');
}

function isBadTags(value: JsonValue): boolean {
  const tags = textList(value);
  const listed = isArray(value) && tags.length === value.length;
  return !listed || tags.length > MAX_TAGS || tags.some((tag) => tag.length >= MAX_TAG_LENGTH);
}

function isBadList(value: JsonValue | undefined, max: number, isBad: (item: JsonValue) => boolean): boolean {
  return given(value) && (!isArray(value) || value.length > max || value.some(isBad));
}

/** Problems in the fields that tasks and pools share, as the words of the documented 400 message. */
export function commonProblems(fields: JsonObject, maxConstants: number): string[] {
  const problems: string[] = [];
  const name = fields['name'];
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_LENGTH) problems.push('name');
  if (
    given(fields['shortname']) &&
    fields['shortname'] !== '' &&
    !SHORTNAME.test(text(fields['shortname']) ?? '')
  ) {
    problems.push('shortname');
  }
  if (isBadList(fields['constants'], maxConstants, isBadConstant)) problems.push('constants');
  if (given(fields['tags']) && isBadTags(fields['tags'])) problems.push('tags');
  if (given(fields['labels']) && isBadLabels(fields['labels'])) problems.push('labels');
  if (
    given(fields['completionTimeToLive']) &&
    parseTimeSpan(text(fields['completionTimeToLive']) ?? '') === null
  ) {
    problems.push('completionTimeToLive');
  }
  const buckets = [...listOf(fields['resourceBuckets']), ...listOf(fields['advancedResourceBuckets'])];
  const both =
    listOf(fields['resourceBuckets']).length > 0 && listOf(fields['advancedResourceBuckets']).length > 0;
  if (buckets.length > MAX_BUCKETS || both) problems.push('resourceBuckets');
  return problems;
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return isArray(value) ? value : [];
}

/** The instance ids of a creation: explicit ranges win over a count. Null when neither is usable. */
export function instanceIdsOf(fields: JsonObject): number[] | null {
  const ranges = fields['advancedRanges'];
  if (given(ranges) && ranges !== '') return typeof ranges === 'string' ? parseRanges(ranges) : null;
  const count = integer(fields['instanceCount']);
  if (count === null || count < 1 || count > MAX_INSTANCES) return null;
  return Array.from({ length: count }, (_, index) => index);
}

function dependencyProblems(fields: JsonObject): string[] {
  const dependencies = fields['dependencies'];
  if (!isObject(dependencies)) return [];
  const plain = listOf(dependencies['dependsOn']).length;
  const advanced = listOf(dependencies['advancedDependsOn']).length;
  const jobless = plain + advanced > 0 && givenReference(fields['jobUuid']) === null;
  return (plain > 0 && advanced > 0) || jobless ? ['dependencies'] : [];
}

/** What is wrong with a task's creation in itself, before any other object is looked at. */
export function taskProblems(fields: JsonObject): string[] {
  const problems = commonProblems(fields, 150);
  if (instanceIdsOf(fields) === null) problems.push('range-length');
  const pool = givenReference(fields['poolUuid']);
  const job = givenReference(fields['jobUuid']);
  if (pool !== null && job !== null) problems.push('poolUuid');
  const legacyRetries = integer(fields['maxRetriesPerInstance']) ?? 0;
  if (legacyRetries > 0 && isObject(fields['retrySettings'])) {
    const settings = fields['retrySettings'];
    if (Number(settings['maxTotalRetries'] ?? 0) + Number(settings['maxPerInstanceRetries'] ?? 0) > 0) {
      problems.push('retrySettings');
    }
  }
  return [...problems, ...dependencyProblems(fields)];
}

/** The project a creation names, or the default one. */
export function projectFor(installation: Installation, fields: JsonObject, kind: string): string {
  const projects = projectsOf(installation);
  const wanted = givenReference(fields['projectUuid']) ?? projects[0]?.uuid;
  const project = projects.find(({ uuid }) => uuid === wanted);
  if (project === undefined) throw refusal(400, `Invalid ${kind} file. Invalid fields: projectUuid`);
  return project.uuid;
}

/** Names of resource buckets that start with this do not exist; all others do, as the sandbox has no storage. */
export const MISSING_BUCKET_PREFIX = 'missing-';

/** The 404 of a creation: an input bucket that does not exist. */
export function checkBuckets(fields: JsonObject): void {
  const advanced = listOf(fields['advancedResourceBuckets']).flatMap((item) =>
    isObject(item) ? textList([item['bucketName'] ?? null]) : [],
  );
  const missing = [...textList(fields['resourceBuckets']), ...advanced].find((bucket) =>
    bucket.startsWith(MISSING_BUCKET_PREFIX),
  );
  if (missing !== undefined) throw refusal(404, `No such bucket: ${missing}`);
}
