/**
 * What a `spec` must be like beside what makes its pods: the members that the vendor's specification calls mandatory, and
 * the rules of Kubernetes for what it hands on. How the service words a refusal is not documented.
 */
import type { JsonObject } from '../wire/json.ts';
import { number, object, objects, text } from '../wire/json.ts';
import { badRequest } from '../wire/replies.ts';

const MAX_NAME = 63;
const LABEL_NAME = /^(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-\w.]*[A-Za-z0-9])?$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?)?$/;
const SECRET_NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;
const VARIABLE_NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const CLAIM_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Throws 400 for the first rule that a pod's spec breaks. */
export function checkSpecRules(spec: JsonObject): void {
  checkLabels(spec);
  checkVariables(spec);
  checkStorage(object(spec['storage']));
  for (const port of [...objects(spec['ports']), ...objects([spec['servingPort']])]) {
    const container = number(port['container']);
    if (container === null || !Number.isInteger(container) || container < 1 || container > 65_535) {
      throw badRequest('A port needs a container port from 1 to 65535.');
    }
  }
  for (const { serviceType } of objects(spec['ports'])) {
    if (serviceType === undefined || serviceType === null) throw badRequest('A port needs a serviceType.');
  }
}

function checkLabels(spec: JsonObject): void {
  for (const member of ['labels', 'annotations'] as const) {
    const names = objects(spec[member]).map((item) => text(item['name']) ?? '');
    const wrong = names.find((name) => name.length > MAX_NAME || !LABEL_NAME.test(name));
    if (wrong !== undefined) throw badRequest(`spec.${member}: "${wrong}" is no name.`);
    if (new Set(names).size < names.length) throw badRequest(`spec.${member}: names must be unique.`);
  }
  const values = objects(spec['labels']).map((item) => item['value'] ?? '');
  if (values.some((value) => typeof value !== 'string' || !LABEL_VALUE.test(value))) {
    throw badRequest('spec.labels: a value has up to 63 letters, digits, hyphens, underscores and dots.');
  }
}

function checkVariables(spec: JsonObject): void {
  const names = new Set<string>();
  for (const variable of objects(spec['environmentVariables'])) {
    const name = text(variable['name']);
    if (name === null) throw badRequest('Every environment variable needs a name.');
    if (!VARIABLE_NAME.test(name)) throw badRequest(`No environment variable can be named ${name}.`);
    if (names.has(name)) throw badRequest(`There are two environment variables named ${name}.`);
    names.add(name);
    const { secret, value } = variable;
    if (secret === undefined || secret === null) continue;
    if (typeof value === 'string') throw badRequest('value and secret are mutually exclusive.');
    const reference = object(secret);
    if (!SECRET_NAME.test(text(reference['name']) ?? '') || text(reference['key']) === null) {
      throw badRequest('A secret of an environment variable needs a name and a key.');
    }
  }
}

/** Members of `storage` and where each says its place in the container. */
const PLACES = { pvc: 'path', nfs: 'mountPath', hostPath: 'mountPath', s3: 'path', git: 'path' } as const;

function checkStorage(storage: JsonObject): void {
  const paths = new Set<string>();
  for (const [member, place] of Object.entries(PLACES)) {
    for (const item of objects(storage[member])) {
      const path = text(item[place]);
      if (path === null || !path.startsWith('/') || path.includes(':')) {
        throw badRequest(`storage.${member} needs an absolute ${place}.`);
      }
      if (paths.has(path)) throw badRequest(`Two volumes are mounted at ${path}.`);
      paths.add(path);
    }
  }
  for (const claim of objects(storage['pvc'])) {
    const name = text(claim['claimName']);
    const existing = claim['existingPvc'] === true;
    if (name === null ? existing : name.length > MAX_NAME || !CLAIM_NAME.test(name)) {
      throw badRequest('An existing claim needs its claimName, of at most 63 characters.');
    }
  }
  if (objects(storage['s3']).some((item) => text(item['bucket']) === null)) {
    throw badRequest('storage.s3 needs a bucket.');
  }
  if (objects(storage['git']).some((item) => text(item['repository']) === null)) {
    throw badRequest('storage.git needs a repository.');
  }
}
