import { request } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import type { SandboxKind } from '../../src/sandbox/sandbox.ts';
import type { ActingClient } from './acting-client.ts';
import { actionOn, SUBMIT } from './documents.ts';
import { ALL, CANCEL_CALL, CREATE_CALL, neutralSpec } from './specs.ts';
import { actingGateway } from './start.ts';

const SLOW = { kind: 'latency', ms: 250 } as const;

/** Asks, and leaves as soon as the provider has heard of it. */
async function askAndLeave(
  client: ActingClient,
  kind: SandboxKind,
  call: string,
  body: object,
): Promise<void> {
  client.resetCalls();
  client.break(kind, call, SLOW);
  const asked = request(`${client.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    agent: false,
  });
  asked.on('error', () => {});
  asked.on('response', () => {
    throw new Error('was answered before it could leave');
  });
  asked.end(JSON.stringify(body));
  const heard = (): boolean =>
    client.calls(kind).some(({ method, path }) => `${method} ${path}`.includes(call));
  await vi.waitUntil(heard, { timeout: 5_000, interval: 2 });
  asked.destroy();
}

describe.each(ALL)('a client of %s that disconnects in the middle', (kind) => {
  const gateway = actingGateway();

  it('of a submission finds its job with the same key: it was made, once', async () => {
    const client = gateway();
    const before = client.count(kind);
    const input = await client.inputFor(kind, neutralSpec(), { idempotencyKey: 'left' });
    await askAndLeave(client, kind, CREATE_CALL[kind], { query: SUBMIT, variables: { input } });
    const repeat = await client.submit(input);
    expect(repeat).toMatchObject({ outcome: 'CREATED', replayed: true, errors: [] });
    expect(client.count(kind)).toBe(before + 1);
    expect(await client.submit(input)).toMatchObject({ replayed: true, job: { id: repeat.job?.id } });
    expect((await client.page(1)).nodes[0]?.id).toBe(repeat.job?.id);
    expect(client.count(kind)).toBe(before + 1);
    // And it is in the audit, though nobody was there to hear of it.
    const outcomes = client.gateway.logLines.flatMap((line) =>
      'audit' in line && 'outcome' in line ? [line.outcome] : [],
    );
    expect(outcomes).toContain('CREATED');
  });

  it('of a cancellation has cancelled it', async () => {
    const client = gateway();
    const { id } = await client.create(kind, neutralSpec());
    const body = { query: actionOn('job', 'cancelJob'), variables: { input: { id } } };
    await askAndLeave(client, kind, CANCEL_CALL[kind], body);
    await vi.waitFor(
      async () => expect((await client.job(id))?.status.state ?? 'CANCELLED').toMatch(/^CANCEL/),
      { timeout: 5_000, interval: 20 },
    );
    expect((await client.act('cancelJob', id)).errors).toEqual([]);
  });
});
