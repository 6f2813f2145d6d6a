import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { PROVIDER_KINDS } from '../providers/kinds.ts';
import { sampleKinds } from '../../test/config/sample-kinds.ts';
import type { LoadedConfig } from './config.ts';
import { loadConfig } from './load.ts';
import { configReference } from './reference.ts';
import { configShape } from './schema.ts';
import { shapeOf, type Shape } from './expected.ts';

const root = resolve(import.meta.dirname, '../..');

function undescribed(shape: Shape, path: string): string[] {
  return Object.entries(shape.properties ?? shape.items?.properties ?? {}).flatMap(([key, member]) => [
    ...((member.description ?? '').endsWith('.') ? [] : [`${path}${key}`]),
    ...undescribed(member, `${path}${key}.`),
  ]);
}

it('every key has a description, and it ends with a full stop', () => {
  expect(undescribed(configShape(), '')).toEqual([]);
});

function loadExample(): LoadedConfig {
  return loadConfig({
    path: resolve(root, 'examples/gridweave.yaml'),
    text: readFileSync(resolve(root, 'examples/gridweave.yaml'), 'utf8'),
    env: { BACALHAU_API_KEY: 'a', BACALHAU_USER: 'b' },
    readFile: () => Buffer.from('c\n'),
    kinds: PROVIDER_KINDS,
  });
}

it('the example loads', () => {
  const { providers, warnings } = loadExample();
  expect(providers.map(({ key, enabled }) => [key, enabled])).toEqual([
    ['lab', true],
    ['qarnot', true],
    ['lab-old', false],
  ]);
  expect(warnings).toEqual([]);
});

it('the example shows every key, and shows the defaults', () => {
  const text = readFileSync(resolve(root, 'examples/gridweave.yaml'), 'utf8');
  const named = (shape: Shape): string[] =>
    Object.entries(shape.properties ?? shape.items?.properties ?? {}).flatMap(([key, member]) => [
      key,
      ...named(member),
    ]);
  // "settings" has nothing to show that every kind would know.
  const absent = named(configShape()).filter((key) => key !== 'settings' && !text.includes(`${key}:`));
  expect(absent).toEqual([]);
  const config = loadExample();
  const plain = loadConfig({
    text: 'providers: [{ key: qarnot, kind: qarnot }]',
    env: {},
    kinds: PROVIDER_KINDS,
  });
  expect(config.limits).toEqual(plain.limits);
  expect(config.server).toEqual(plain.server);
  expect(config.log).toEqual(plain.log);
  const written = config.providers.find(({ key }) => key === 'qarnot');
  const [left] = plain.providers;
  expect({ ...written?.upstream, credential: null }).toEqual({ ...left?.upstream, credential: null });
});

it('the committed docs/configuration.md is current', async () => {
  await expect(configReference(PROVIDER_KINDS)).toMatchFileSnapshot(resolve(root, 'docs/configuration.md'));
});

it('every setting of every kind has a description', () => {
  for (const { kind, settingsSchema } of PROVIDER_KINDS) {
    expect(undescribed(shapeOf(settingsSchema), `${kind}.`)).toEqual([]);
  }
});

it('lists the kinds with their credentials and settings', () => {
  const text = configReference(sampleKinds);
  expect(text).toContain('- `credential: { username: { env: NAME }, password: { env: NAME } }`');
  expect(text).toContain(
    '- `pageSize` (a whole number from 1 to 1000, default 100): Rows asked for at a time.',
  );
});
