import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { startTestGateway } from '../support/gateway.ts';
import { ActingClient } from './acting-client.ts';
import { keptData } from './kept-data.ts';
import { ALL, CANARY, neutralSpec, type SubmitJobInput } from './specs.ts';
import { STILL } from './start.ts';

describe('a gateway that is restarted with its data directory', () => {
  const kept = keptData();
  let sandbox: Sandbox;
  let client: ActingClient;

  beforeAll(async () => {
    sandbox = await startSandbox(STILL);
    await start();
  });
  afterAll(async () => {
    await client.gateway.close();
    await sandbox.close();
  });

  async function start(): Promise<void> {
    const { directory } = kept();
    const config = { data: { directory }, act: { timeoutMs: 1_500, maxBulk: 100 } };
    client = new ActingClient(
      await startTestGateway({ over: sandbox, config, upstream: { timeoutMs: 1_000 } }),
    );
  }

  async function restart(): Promise<void> {
    await client.gateway.close();
    await start();
  }

  it('answers the same keys with the same jobs, and makes none', async () => {
    const inputs: SubmitJobInput[] = [];
    for (const kind of ALL) {
      inputs.push(
        await client.inputFor(kind, neutralSpec({ name: 'restarted' }), { idempotencyKey: `before ${kind}` }),
      );
    }
    const first = await Promise.all(inputs.map((input) => client.submit(input)));
    const counts = ALL.map((kind) => client.count(kind));
    await restart();
    client.resetCalls();
    // Run:ai shows a new workload after a second, and this gateway has not seen it being made.
    const second = await vi.waitFor(async () => {
      const answers = await Promise.all(inputs.map((input) => client.submit(input)));
      for (const { job } of answers) if (job === null) throw new Error('not to be seen yet');
      return answers;
    }, 5_000);
    for (const [i, answer] of second.entries()) {
      expect(answer).toMatchObject({
        outcome: 'CREATED',
        replayed: true,
        job: { id: first[i]?.job?.id, name: first[i]?.job?.name },
      });
    }
    expect(ALL.map((kind) => client.count(kind))).toEqual(counts);
    for (const kind of ALL) expect(client.writes(kind)).toEqual([]);
    for (const input of inputs) {
      const other = { ...input, spec: neutralSpec({ name: 'another' }) };
      expect(await client.submit(other)).toMatchObject({ errors: [{ __typename: 'IdempotencyMismatch' }] });
    }
  });

  it('lists the jobs again that were submitted to a provider that lists none, as they were called', async () => {
    const labels = [{ key: 'team', value: 'nlp' }];
    const { job } = await client.submit({
      idempotencyKey: 'listed again',
      provider: 'charity-engine',
      spec: neutralSpec({ name: 'kept-by-name', labels }),
    });
    await restart();
    const { nodes } = await client.page(20, {
      filter: { providers: ['charity-engine'], namePrefix: 'kept-by-name' },
    });
    expect(nodes).toMatchObject([
      { id: job?.id, name: 'kept-by-name', labels, tasks: { nodes: [{ name: 'kept-by-name' }] } },
    ]);
    expect(await client.act('cancelJob', job?.id ?? '')).toMatchObject({ outcome: 'DONE' });
  });

  it('looks for what it did not know the outcome of before it creates again', async () => {
    const input = await client.inputFor('qarnot', neutralSpec({ name: 'unknown' }), {
      idempotencyKey: 'unknown',
    });
    const before = client.count('qarnot');
    // The create takes effect; neither its answer nor any look at it comes through.
    client.break('qarnot', '', { kind: 'reset', afterCommit: true }, 1_000);
    expect(await client.submit(input)).toMatchObject({ outcome: 'UNKNOWN' });
    await restart();
    client.mend('qarnot');
    client.resetCalls();
    expect(await client.submit(input)).toMatchObject({ outcome: 'CREATED', replayed: true });
    expect(client.count('qarnot')).toBe(before + 1);
    expect(client.writes('qarnot')).toEqual([]);
  });

  it('leaves unknown what nobody can find out, and never makes it again', async () => {
    const spec = neutralSpec({ name: 'lost' });
    const input = { idempotencyKey: 'lost', provider: 'charity-engine', spec };
    client.break('charity-engine', 'job-create', { kind: 'reset', afterCommit: true });
    expect(await client.submit(input)).toMatchObject({ outcome: 'UNKNOWN' });
    const made = client.count('charity-engine');
    await restart();
    expect(await client.submit(input)).toMatchObject({ outcome: 'UNKNOWN' });
    expect(client.count('charity-engine')).toBe(made);
  });

  it('keeps neither keys nor values of env', async () => {
    const spec = neutralSpec({ name: 'kept', env: [{ name: 'TOKEN', value: CANARY }] });
    await client.submit({ idempotencyKey: `key of ${CANARY}`, provider: 'bacalhau', spec });
    await restart();
    const texts = await kept().texts();
    expect([...texts.keys()].join()).toContain('intents.jsonl');
    for (const [file, text] of texts) expect([file, text.includes(CANARY)]).toEqual([file, false]);
  });
});
