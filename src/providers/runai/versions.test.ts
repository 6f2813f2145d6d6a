import { describe, expect, it } from 'vitest';
import {
  adapterOf,
  callContext,
  CLUSTER,
  refusal,
  RunaiService,
  T0,
  uuid,
} from '../../../test/support/runai-service.ts';
import { GridweaveError } from '../../model/errors.ts';
import type { ProviderAdapter } from '../provider.ts';
import { runai } from './index.ts';
import { Release } from './release.ts';

const MINORS = [18, 19, 20, 21, 22, 23, 24];
const byName = { after: null, limit: 50, filter: {}, order: { field: 'NAME', direction: 'ASC' } } as const;

function service(minor: number): RunaiService {
  const model = new RunaiService();
  model.minor = minor;
  model.clusters = [
    { uuid: CLUSTER, name: 'c1', version: `2.${String(minor)}.7`, status: { state: 'Connected' } },
  ];
  model.nodes = [{ name: 'dgx-01', clusterUuid: CLUSTER, status: 'Ready' }];
  model.putWorkload(uuid(1), T0);
  return model;
}

/** What a delta and a list of nodes ask for. */
async function asks(
  model: RunaiService,
  adapter: ProviderAdapter,
): Promise<{ delta: boolean; tenant: boolean }> {
  model.putWorkload(uuid(1), T0);
  const { watermark } = await adapter.changes(null, callContext());
  model.calls.length = 0;
  model.putWorkload(uuid(1), T0, { phase: 'Pending', phaseMs: T0 + 5000 });
  expect((await adapter.changes(watermark, callContext())).jobs).toHaveLength(1);
  const nodes = await adapter.list('computeNode', byName, callContext());
  expect(nodes.rows.map(({ record }) => record.name)).toContain('dgx-01');
  return {
    delta: model.calls.some((call) => call.includes('sortBy=phaseUpdatedAt')),
    tenant: model.calls.some((call) => call.startsWith('GET /api/v1/nodes?')),
  };
}

describe.each(MINORS)('version 2.%i', (minor) => {
  it('is found out by the probe, and spoken to as what it is', async () => {
    const model = service(minor);
    const adapter = adapterOf(model);
    expect(adapter.version).toBeNull();
    const result = await adapter.probe(callContext());
    expect(result).toMatchObject({ reachable: true, problem: null, version: `2.${String(minor)}.7` });
    expect(result.permissions.every(({ allowed }) => allowed === true)).toBe(true);
    expect(result.notes.join()).toContain(
      minor >= 23 ? '2.23 or later' : minor >= 21 ? '2.21 or 2.22' : 'before 2.21',
    );
    expect(model.calls.length).toBeLessThanOrEqual(5);
    expect(adapter.version).toBe(`2.${String(minor)}.7`);
    expect(await asks(model, adapter)).toEqual({ delta: minor >= 21, tenant: minor >= 23 });
  });

  it('can be told, and is not tried out then', async () => {
    const model = service(minor);
    const adapter = adapterOf(model, { version: `2.${String(minor)}` });
    expect(adapter.version).toBe(`2.${String(minor)}`);
    expect(await asks(model, adapter)).toEqual({ delta: minor >= 21, tenant: minor >= 23 });
    expect((await adapter.probe(callContext())).notes).toEqual([]);
  });

  it('is found out without the probe, too', async () => {
    const model = service(minor);
    const adapter = adapterOf(model);
    await asks(model, adapter);
    expect(await asks(model, adapter)).toEqual({ delta: minor >= 21, tenant: minor >= 23 });
  });
});

describe('what a release can do', () => {
  it('is tried again after a while: installations are upgraded', () => {
    let now = 0;
    const release = new Release(undefined, { now: () => now as never });
    expect(release.may('tenantNodes')).toBe(true);
    release.lacks('tenantNodes');
    expect([release.may('tenantNodes'), release.may('phaseDeltas')]).toEqual([false, true]);
    now = 600_000;
    expect(release.may('tenantNodes')).toBe(true);
    release.lacks('tenantNodes');
    release.has('tenantNodes');
    expect(release.may('tenantNodes')).toBe(true);
  });
});

describe('the probe', () => {
  it('tells a bad token from a bad address', async () => {
    const refused = service(24);
    for (const where of ['workloads', 'clusters', 'nodes', 'org-unit/projects']) {
      refused.scripted.set(`/api/v1/${where}`, refusal(401, 'token is expired'));
    }
    expect(await adapterOf(refused).probe(callContext())).toMatchObject({
      reachable: true,
      version: null,
      permissions: Array.from({ length: 4 }, () => ({ allowed: false })),
      problem: { code: 'UNAUTHENTICATED', message: 'token is expired' },
    });
    const absent = service(24);
    absent.send = () => Promise.reject(new GridweaveError('PROVIDER_UNAVAILABLE', 'no route'));
    expect(await adapterOf(absent).probe(callContext())).toMatchObject({
      reachable: false,
      latencyMs: null,
      permissions: Array.from({ length: 4 }, () => ({ allowed: null })),
      problem: { code: 'PROVIDER_UNAVAILABLE' },
    });
  });

  it('tells what a role may read, and which clusters are away', async () => {
    const model = service(24);
    model.clusters = [
      { uuid: CLUSTER, name: 'c1', version: '2.9.1', status: { state: 'Connected' } },
      { uuid: uuid(2), name: 'c2', version: '2.23.10', status: { state: 'Disconnected' } },
      null,
    ];
    model.scripted.set('/api/v1/nodes', refusal(403, 'no'));
    const result = await adapterOf(model).probe(callContext());
    expect(result).toMatchObject({ problem: null, version: '2.23.10' });
    expect(result.permissions).toEqual([
      { name: 'read jobs', allowed: true },
      { name: 'read projects', allowed: true },
      { name: 'read nodes', allowed: false },
      { name: 'read clusters', allowed: true },
    ]);
    expect(result.notes[0]).toBe('Cluster "c2" is Disconnected: the states of its workloads may be stale.');
    const own = await adapterOf(model, { cluster: CLUSTER }).probe(callContext());
    expect(own.version).toBe('2.9.1');
    const wrong = await adapterOf(model, { cluster: uuid(99) }).probe(callContext());
    expect(wrong.problem?.code).toBe('NOT_FOUND');
  });

  it('says when the url leads to something else', async () => {
    const model = service(24);
    model.scripted.set('/api/v1/workloads', { body: '<html>' });
    model.scripted.set('/api/v1/clusters', { body: {} });
    const result = await adapterOf(model).probe(callContext());
    expect(result.problem?.message).toContain('control plane');
  });
});

describe('the kind', () => {
  it('accepts no settings at all, and refuses what it does not know', () => {
    expect(runai.settingsSchema.parse({})).toEqual({
      mode: 'control-plane',
      cancelBy: 'delete',
      uniqueNames: true,
      visibleAfterMs: 5000,
      settleMs: 60_000,
      nodePools: true,
      nodeTelemetry: true,
      sweepRows: 20_000,
      tokenEndpoint: 'auto',
      tokenField: 'access_token',
      researcherPath: '/researcher',
      projects: [],
    });
    for (const wrong of [
      { mode: 'cluster' },
      { cluster: 'c1' },
      { version: '3' },
      { realm: 'a/b' },
      { tokenUrl: 'ftp://x' },
      { tokenUrl: 'https://user:secret@x' },
      { tokenUrl: 'https://x/?y=1' },
      { researcherPath: 'researcher' },
      { researcherPath: '/a/../b?' },
      { researcherUser: 'a b' },
      { token: 'x' },
    ]) {
      expect([wrong, runai.settingsSchema.safeParse(wrong).success]).toEqual([wrong, false]);
    }
    expect(
      runai.settingsSchema.safeParse({ researcherPath: '', tokenUrl: 'https://acme.run.ai/' }).success,
    ).toBe(true);
  });

  it('keeps no logs', async () => {
    const request = { stream: 'COMBINED', afterByte: 0, tailLines: null, maxBytes: 1000 } as const;
    for (const mode of ['control-plane', 'researcher']) {
      const adapter = adapterOf(service(24), { mode });
      expect(adapter.capabilities.logs).toBe('NONE');
      await expect(adapter.logs('a/b' as never, request, callContext())).rejects.toMatchObject({ code: 'UNSUPPORTED_OPERATION' }); // prettier-ignore
    }
  });
});
