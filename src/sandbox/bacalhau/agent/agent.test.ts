import { expect, test } from 'vitest';
import { startRig } from '../../../../test/support/bacalhau-emulator.ts';
import type { BacalhauVersion } from '../wire/release.ts';

const AGENT = '/api/v1/agent';

test('alive and version', async () => {
  const rig = await startRig({ version: '1.8.0' });
  expect((await rig.get(`${AGENT}/alive`)).text).toBe('{"Status":"OK"}\n');
  expect(await rig.read(`${AGENT}/version`)).toEqual({
    Major: '1',
    Minor: '8',
    GitVersion: 'v1.8.0',
    GitCommit: expect.stringMatching(/^[0-9a-f]{40}$/),
    BuildDate: expect.stringMatching(/Z$/),
    GOOS: 'linux',
    GOARCH: 'amd64',
  });
});

test('node: a NodeInfo at top level since 1.6, a NodeState before', async () => {
  const now = await startRig();
  expect(Object.keys(await now.read<object>(`${AGENT}/node`))).toEqual([
    'NodeID',
    'NodeType',
    'Labels',
    'SupportedProtocols',
    'ComputeNodeInfo',
    'BacalhauVersion',
  ]);
  const before = await startRig({ version: '1.5.0' });
  expect(Object.keys(await before.read<object>(`${AGENT}/node`))).toEqual([
    'Info',
    'Membership',
    'Connection',
  ]);
});

test('config: the bare object in 1.5, wrapped since, with another mask before 1.7', async () => {
  const config = async (version: BacalhauVersion) =>
    (await startRig({ version })).read<Record<string, unknown>>(`${AGENT}/config`);
  expect(Object.keys(await config('1.5.0'))).toContain('API');
  const [six, nine] = [await config('1.6.0'), await config('1.9.3')];
  expect([Object.keys(six), Object.keys(nine)]).toEqual([['config'], ['config']]);
  expect(JSON.stringify(six)).toContain('"Token":"<redacted>"');
  expect(JSON.stringify(nine)).toContain('"Token":"********"');
  expect(JSON.stringify(nine)).toContain('"DisconnectTimeout":"1m0s"');
});

test('authconfig from 1.7, debug always', async () => {
  const rig = await startRig({ version: '1.7.0' });
  expect(await rig.read(`${AGENT}/authconfig`)).toEqual({ Version: '1.0.0', Config: {} });
  expect((await rig.get(`${AGENT}/debug`)).status).toBe(200);
  expect((await (await startRig({ version: '1.6.0' })).get(`${AGENT}/authconfig`)).status).toBe(404);
});
