import { describe, expect, it } from 'vitest';
import { callContext, FakeBacalhau, fixedClock } from '../../../test/support/fake-bacalhau.ts';
import { bacalhau } from './index.ts';

const JOBS = '/api/v1/orchestrator/jobs';
const NODES = '/api/v1/orchestrator/nodes';
const ALIVE = '/api/v1/agent/alive';
const VERSION = '/api/v1/agent/version';

function setUp(settings: Record<string, unknown> = {}) {
  const server = new FakeBacalhau();
  const adapter = bacalhau.create({
    provider: server.provider,
    upstream: server,
    settings: bacalhau.settingsSchema.parse(settings),
    clock: fixedClock,
  });
  return { server, adapter };
}

describe('probe', () => {
  it('tells version and permissions in four calls', async () => {
    const { server, adapter } = setUp();
    expect(adapter.version).toBeNull();
    expect(await adapter.probe(callContext())).toEqual({
      reachable: true,
      version: 'v1.9.3',
      latencyMs: 0,
      permissions: [
        { name: 'read jobs', allowed: true },
        { name: 'read nodes', allowed: true },
      ],
      problem: null,
      notes: [],
    });
    expect(server.routes.toSorted()).toEqual([ALIVE, VERSION, JOBS, NODES].toSorted());
    expect(adapter.version).toBe('v1.9.3');
  });

  it('tells what the credential may not do', async () => {
    const { server, adapter } = setUp();
    server.failures.set(NODES, { status: 403, body: '{"Message":"Request Forbidden","Code":"Forbidden"}' });
    const result = await adapter.probe(callContext());
    expect(result.permissions.map(({ allowed }) => allowed)).toEqual([true, false]);
    expect(result.problem?.code).toBe('FORBIDDEN');
    server.failures.set(JOBS, { status: 401, body: '' });
    expect(await adapter.probe(callContext())).toMatchObject({
      reachable: true,
      permissions: [{ allowed: false }, { allowed: false }],
      problem: { code: 'UNAUTHENTICATED' },
    });
  });

  it('knows a node that does not orchestrate', async () => {
    const { server, adapter } = setUp();
    for (const route of [JOBS, NODES])
      server.failures.set(route, { status: 404, body: '{"error":"x","message":"Not Found"}' });
    expect(await adapter.probe(callContext())).toMatchObject({
      reachable: true,
      problem: { code: 'PROVIDER_PROTOCOL' },
      permissions: [{ allowed: null }, { allowed: null }],
    });
  });

  it.each([
    ['v0.0.0-xxxxxxx', 'development build'],
    ['v1.3.2', 'older'],
    ['v1.12.0', 'newer'],
    ['v2.0.0', 'newer'],
  ])('says what it makes of %s', async (version, words) => {
    const { server, adapter } = setUp();
    server.version = version;
    const { notes } = await adapter.probe(callContext());
    expect(notes.join()).toContain(words);
  });

  it('survives a server that tells nothing', async () => {
    const { server, adapter } = setUp();
    server.tellsVersion = false;
    server.failures.set(VERSION, { status: 200, body: '<html>' });
    const result = await adapter.probe(callContext());
    expect([result.version, result.notes.length, result.reachable]).toEqual([null, 1, true]);
  });
});

describe('settings', () => {
  it('are optional, and checked', () => {
    const schema = bacalhau.settingsSchema;
    expect(schema.parse({})).toEqual({ namespaces: [] });
    expect(schema.safeParse({ assumeVersion: 'v1.7.0', namespaces: ['a'] }).success).toBe(true);
    for (const wrong of [
      { namespaces: ['*'] },
      { namespaces: [''] },
      { assumeVersion: 'latest' },
      { other: 1 },
    ]) {
      expect(schema.safeParse(wrong).success).toBe(false);
    }
  });
});
