import { describe, expect, it } from 'vitest';
import { adapterOf, callContext, QarnotService } from '../../../test/support/qarnot-service.ts';
import { GridweaveError } from '../../model/errors.ts';
import { qarnot } from './index.ts';

describe('the probe', () => {
  it('tells the version and that the token reads', async () => {
    const service = new QarnotService();
    service.versions = [
      { version: 'v1.0', endOfLife: null },
      { version: 'v0.9', endOfLife: '2025-01-01' },
    ];
    const adapter = adapterOf(service);
    expect(adapter.version).toBeNull();
    expect(await adapter.probe(callContext())).toMatchObject({
      reachable: true,
      version: 'v1.0',
      permissions: [{ name: 'read', allowed: true }],
      problem: null,
      notes: [],
    });
    expect(adapter.version).toBe('v1.0');
    expect(service.calls.map((call) => `${call.method} ${call.path}`)).toEqual([
      'GET /versions',
      'GET /info',
    ]);
  });

  it('tells a bad token from a bad address', async () => {
    const refused = new QarnotService();
    refused.scripted.set('GET /info', {
      status: 401,
      body: '{"error":{"message":"Bad authentication token"}}',
    });
    expect(await adapterOf(refused).probe(callContext())).toMatchObject({
      reachable: true,
      version: 'v1.0',
      permissions: [{ allowed: false }],
      problem: { code: 'UNAUTHENTICATED' },
    });

    const absent = new QarnotService();
    absent.send = () => Promise.reject(new GridweaveError('PROVIDER_UNAVAILABLE', 'no route'));
    expect(await adapterOf(absent).probe(callContext())).toMatchObject({
      reachable: false,
      version: null,
      permissions: [{ allowed: null }],
      problem: { code: 'PROVIDER_UNAVAILABLE' },
    });
  });

  it('warns of an end of life, and lives without versions', async () => {
    const service = new QarnotService();
    service.versions = [{ Version: 'v1.0', EndOfLife: '2027-01-01' }];
    expect((await adapterOf(service).probe(callContext())).notes[0]).toContain('2027-01-01');
    service.scripted.set('GET /versions', { status: 500, body: '' });
    expect(await adapterOf(service).probe(callContext())).toMatchObject({
      reachable: true,
      problem: null,
      version: null,
    });
  });
});

describe('the kind', () => {
  it('accepts no settings at all, and refuses what it does not know', () => {
    expect(qarnot.settingsSchema.parse({})).toEqual({
      pathPrefix: '',
      pageSize: 500,
      poolsAsNodes: true,
      maxExecutionsPerTask: 1000,
      sweepRows: 10_000,
      containerProfile: 'docker-batch',
      uniqueShortnames: true,
    });
    expect(qarnot.settingsSchema.safeParse({ pathPrefix: '/v2' }).success).toBe(false);
    expect(qarnot.settingsSchema.safeParse({ token: 'x' }).success).toBe(false);
  });
});
