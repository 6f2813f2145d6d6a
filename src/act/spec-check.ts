import type {
  EnvVariable,
  InputSource,
  JobSpec,
  OutputDestination,
  SecretEnvVariable,
} from '../model/job-spec.ts';
import { STAMP_LABEL_PREFIX } from '../providers/stamped.ts';
import { Problems, type FieldProblem, type Path } from './problems.ts';

const MAX_NAME = 200;
const MAX_TEXT = 4_096;
const MAX_WORD = 65_536;
const MAX_WORDS = 2_000;
const MAX_ITEMS = 200;
const MAX_LABEL = 256;
const MAX_COUNT = 100_000;
const MAX_RETRIES = 1_000;
const YEAR_MS = 366 * 86_400_000;
const MAX_INLINE = 8_000_000;

/** Everything that is wrong with a specification in itself, whatever the provider. Empty when nothing is. */
export function checkSpec(spec: JobSpec): readonly FieldProblem[] {
  const found = new Problems();
  found.text(['spec', 'name'], spec.name, MAX_NAME);
  if (spec.image !== null)
    found.text(['spec', 'image'], spec.image, MAX_TEXT, /^\S+$/, 'must hold no blanks');
  if (spec.app !== null) found.text(['spec', 'app'], spec.app, MAX_NAME, /^\S+$/, 'must hold no blanks');
  if (spec.image !== null && spec.app !== null)
    found.add(['spec', 'app'], 'cannot be given together with "image": one of them says what to run');
  if (spec.workingDirectory !== null)
    found.text(
      ['spec', 'workingDirectory'],
      spec.workingDirectory,
      MAX_TEXT,
      /^\//,
      'must be an absolute path',
    );
  words(found, ['spec', 'command'], spec.command);
  words(found, ['spec', 'args'], spec.args);
  environment(found, spec.env, spec.secretEnv);
  amounts(found, spec);
  inputs(found, spec);
  outputs(found, spec);
  labels(found, spec);
  return found.list;
}

function words(found: Problems, path: Path, list: readonly string[]): void {
  found.atMost(path, list.length, MAX_WORDS, 'words');
  list.forEach((text, i) => word(found, [...path, i], text));
}

function word(found: Problems, path: Path, text: string): void {
  if (text.includes('\0')) found.add(path, 'must not hold a zero byte');
  else if (text.length > MAX_WORD) found.add(path, `must have at most ${String(MAX_WORD)} characters`);
}

function environment(
  found: Problems,
  plain: readonly EnvVariable[],
  secret: readonly SecretEnvVariable[],
): void {
  const seen = new Set<string>();
  const name = (path: Path, value: string): void => {
    found.text(
      path,
      value,
      MAX_NAME,
      /^[A-Za-z_]\w*$/,
      'must be letters, digits and underscores, not beginning with a digit',
    );
    if (seen.has(value)) found.add(path, 'is given twice');
    seen.add(value);
  };
  found.atMost(['spec', 'env'], plain.length, MAX_ITEMS, 'variables');
  plain.forEach((variable, i) => {
    name(['spec', 'env', i, 'name'], variable.name);
    word(found, ['spec', 'env', i, 'value'], variable.value);
  });
  found.atMost(['spec', 'secretEnv'], secret.length, MAX_ITEMS, 'variables');
  secret.forEach((variable, i) => {
    name(['spec', 'secretEnv', i, 'name'], variable.name);
    found.text(['spec', 'secretEnv', i, 'secret'], variable.secret, MAX_NAME);
    if (variable.key !== null) found.text(['spec', 'secretEnv', i, 'key'], variable.key, MAX_NAME);
  });
}

function amounts(found: Problems, spec: JobSpec): void {
  const { cpuMillis, memoryBytes, diskBytes, gpuMillis, gpuModel } = spec.resources;
  const at = (member: string): Path => ['spec', 'resources', member];
  found.range(at('cpuMillis'), cpuMillis, 1, 10_000_000);
  found.range(at('memoryBytes'), memoryBytes, 1, Number.MAX_SAFE_INTEGER);
  found.range(at('diskBytes'), diskBytes, 1, Number.MAX_SAFE_INTEGER);
  found.range(at('gpuMillis'), gpuMillis, 0, 10_000_000);
  if (gpuModel !== null) {
    found.text(at('gpuModel'), gpuModel, MAX_NAME);
    if (gpuMillis === null || gpuMillis === 0) found.add(at('gpuModel'), 'needs "gpuMillis" above 0');
  }
  found.range(['spec', 'executionTimeoutMs'], spec.executionTimeoutMs, 1, 10 * YEAR_MS);
  found.range(['spec', 'queueTimeoutMs'], spec.queueTimeoutMs, 1, 10 * YEAR_MS);
  found.range(['spec', 'maxRetries'], spec.maxRetries, 0, MAX_RETRIES);
  found.range(['spec', 'count'], spec.count, 1, MAX_COUNT);
}

function inputs(found: Problems, spec: JobSpec): void {
  const paths = new Set<string>();
  found.atMost(['spec', 'inputs'], spec.inputs.length, MAX_ITEMS, 'inputs');
  spec.inputs.forEach(({ path, source }, i) => {
    const at: Path = ['spec', 'inputs', i];
    found.text([...at, 'path'], path, MAX_TEXT);
    if (path.split('/').includes('..')) found.add([...at, 'path'], 'must not hold ".."');
    if (paths.has(path)) found.add([...at, 'path'], 'is the path of another input, too');
    paths.add(path);
    inputSource(found, [...at, 'source'], source);
  });
}

function inputSource(found: Problems, at: Path, source: InputSource): void {
  switch (source.type) {
    case 'URL':
      return webAddress(found, [...at, 'url'], source.url);
    case 'S3':
      return s3(found, [...at, 's3'], source);
    case 'IPFS':
      return found.text(
        [...at, 'ipfs'],
        source.cid,
        MAX_NAME,
        /^[A-Za-z0-9]+$/,
        'must be a content id of letters and digits',
      );
    case 'BUCKET':
      return found.text([...at, 'bucket', 'name'], source.bucket, MAX_NAME);
    case 'VOLUME':
      return found.text([...at, 'volume'], source.name, MAX_NAME);
    case 'INLINE':
      if (source.text.length > MAX_INLINE)
        found.add([...at, 'inline'], `must have at most ${String(MAX_INLINE)} characters`);
  }
}

function outputs(found: Problems, spec: JobSpec): void {
  const names = new Set<string>();
  found.atMost(['spec', 'outputs'], spec.outputs.length, MAX_ITEMS, 'outputs');
  spec.outputs.forEach(({ name, path, destination }, i) => {
    const at: Path = ['spec', 'outputs', i];
    found.text([...at, 'name'], name, MAX_NAME);
    if (names.has(name)) found.add([...at, 'name'], 'is the name of another output, too');
    names.add(name);
    found.text([...at, 'path'], path, MAX_TEXT);
    if (path.split('/').includes('..')) found.add([...at, 'path'], 'must not hold ".."');
    if (destination !== null) outputDestination(found, [...at, 'destination'], destination);
  });
}

function outputDestination(found: Problems, at: Path, destination: OutputDestination): void {
  if (destination.type === 'S3') s3(found, [...at, 's3'], destination);
  if (destination.type === 'BUCKET') found.text([...at, 'bucket', 'name'], destination.bucket, MAX_NAME);
  if (destination.type === 'VOLUME') found.text([...at, 'volume'], destination.name, MAX_NAME);
}

function s3(
  found: Problems,
  at: Path,
  place: { readonly bucket: string; readonly key: string; readonly endpoint: string | null },
): void {
  found.text(
    [...at, 'bucket'],
    place.bucket,
    63,
    /^[a-z0-9][a-z0-9.-]+$/,
    'must be a bucket name: lower-case letters, digits, dots and hyphens',
  );
  if (place.key.length > 1_024) found.add([...at, 'key'], 'must have at most 1024 characters');
  if (place.endpoint !== null) webAddress(found, [...at, 'endpoint'], place.endpoint);
}

function webAddress(found: Problems, at: Path, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    found.add(at, 'must be an absolute http or https URL');
  else if (url.username !== '' || url.password !== '') found.add(at, 'must not hold a user or a password');
  else if (text.length > MAX_TEXT) found.add(at, `must have at most ${String(MAX_TEXT)} characters`);
}

function labels(found: Problems, spec: JobSpec): void {
  const keys = new Set<string>();
  found.atMost(['spec', 'labels'], spec.labels.length, MAX_ITEMS, 'labels');
  spec.labels.forEach(({ key, value }, i) => {
    const at: Path = ['spec', 'labels', i];
    found.text([...at, 'key'], key, MAX_LABEL);
    if (key.startsWith(STAMP_LABEL_PREFIX))
      found.add([...at, 'key'], `must not begin with "${STAMP_LABEL_PREFIX}": the gateway’s own labels do`);
    if (keys.has(key)) found.add([...at, 'key'], 'is given twice');
    keys.add(key);
    if (value !== null && value !== '') found.text([...at, 'value'], value, MAX_LABEL);
  });
}
