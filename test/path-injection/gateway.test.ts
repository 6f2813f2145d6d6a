import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SandboxKind } from '../../src/sandbox/sandbox.ts';
import type { IdKind } from '../../src/model/ids.ts';
import { SseClient } from '../live-transport/sse-client.ts';
import { until } from '../support/loopback.ts';
import { ACT, CANCEL_MANY, FOLLOW, IMPORT, LISTS, NODES, pageOf, RECONCILE, SUBMIT } from './documents.ts';
import { forgedCursors, forgedExtensions, forgedIds, forgedSpecs } from './forged.ts';
import { HOSTILE, hostileText } from './hostile-texts.ts';
import { startTappedGateway, type TappedGateway } from './tapped-gateway.ts';

const KINDS: readonly SandboxKind[] = ['bacalhau', 'qarnot', 'runai', 'charity-engine'];
const OBJECTS: readonly IdKind[] = ['job', 'task', 'execution', 'computeNode', 'project'];
/** As many ids as one operation may hold with room for the calls they cause. */
const IDS_AT_ONCE = 40;
const UNIQUE = `run-${String(process.pid)}`;

function batches<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

describe('whatever a caller says, calls stay on the routes of the provider', () => {
  let rig: TappedGateway;
  let keys = 0;
  beforeAll(async () => {
    rig = await startTappedGateway();
  });
  afterAll(() => rig.close());

  async function lookUp(texts: readonly string[], kinds = KINDS): Promise<void> {
    const ids = texts.flatMap((text) =>
      kinds.flatMap((provider) => OBJECTS.flatMap((kind) => forgedIds(kind, provider, text))),
    );
    for (const some of batches(ids, IDS_AT_ONCE)) await rig.ask(NODES, { ids: some });
  }

  async function list(text: string): Promise<void> {
    for (const provider of KINDS) {
      const labels = ['cluster', 'type', 'submittedBy', text].map((key) => ({ key, values: [text] }));
      for (const filter of [
        { namePrefix: text },
        { projects: forgedIds('project', provider, text) },
        { labels },
      ]) {
        const scoped = { ...filter, providers: [provider] };
        const named = 'namePrefix' in filter ? scoped : { providers: [provider] };
        const nodes = 'projects' in filter ? { providers: [provider] } : scoped;
        await rig.ask(LISTS, { jobs: scoped, tasks: scoped, nodes, projects: named });
      }
    }
  }

  async function act(text: string): Promise<void> {
    const words = text.slice(0, 200);
    for (const provider of KINDS) {
      const tasks = forgedIds('task', provider, text);
      const jobs = forgedIds('job', provider, text);
      for (const [i, job] of jobs.entries()) {
        await rig.ask(ACT, { job, task: tasks[i % tasks.length], text: words });
      }
      await rig.ask(RECONCILE, { input: { provider, idempotencyKey: words } });
      await rig.ask(CANCEL_MANY, {
        filter: { namePrefix: `${text}!`, providers: [provider] },
        reason: words,
      });
    }
    await rig.ask(RECONCILE, { input: { provider: text, idempotencyKey: 'x' } });
    await rig.ask(IMPORT, { provider: 'charity-engine', jobs: [{ nativeId: text, name: text }] });
  }

  async function submit(text: string, provider: SandboxKind): Promise<void> {
    const [plain = {}] = forgedSpecs('embed');
    const project = provider === 'runai' ? await projectAt(provider) : null;
    const inputs = [
      ...forgedSpecs(text).map((spec) => ({ spec, project })),
      ...forgedIds('project', provider, text).map((forged) => ({ spec: plain, project: forged })),
      ...forgedExtensions(provider, text).map((extensions) => ({ spec: plain, project, extensions })),
    ];
    for (const input of inputs) {
      const idempotencyKey = `${UNIQUE}-${String(++keys)}`;
      const data = await rig.ask<{ submitJob: { job: { id: string } | null } }>(SUBMIT, {
        input: { ...input, provider, idempotencyKey },
      });
      const id = data?.submitJob.job?.id;
      // What was made is named as it was asked for: it is read and acted on by what the provider calls it.
      if (id === undefined) continue;
      await rig.ask(NODES, { ids: [id] });
      await rig.ask(ACT, { job: id, task: id, text: text.slice(0, 200) });
    }
  }

  async function projectAt(provider: string): Promise<string | null> {
    const variables = { projects: { providers: [provider] } };
    const { projects } = await rig.data<{ projects: { nodes: { id: string }[] } }>(LISTS, variables);
    return projects.nodes[0]?.id ?? null;
  }

  it('ids', async () => {
    await lookUp(HOSTILE);
    const counts = rig.expectStraight();
    // Most ids reach nobody; those that could be an object's do.
    expect(counts.get('bacalhau')).toBeGreaterThan(20);
    expect(counts.get('charity-engine')).toBeGreaterThan(10);
  });

  it('ids of any letters', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostileText, { minLength: 4, maxLength: 4 }), async (texts) => {
        await lookUp(texts);
        rig.expectStraight();
      }),
      { numRuns: 5 },
    );
  });

  it('filters', async () => {
    for (const text of HOSTILE.filter((_, i) => i % 12 === 0)) await list(text);
    await fc.assert(fc.asyncProperty(hostileText, list), { numRuns: 2 });
    rig.expectStraight();
  });

  it('cursors', async () => {
    const texts = [...HOSTILE.filter((_, i) => i % 16 === 1), ...fc.sample(hostileText, 2)];
    for (const provider of KINDS) {
      for (const name of ['jobs', 'computeNodes', 'projects']) {
        const { page } = await rig.data<{ page: { pageInfo: { endCursor: string | null } } }>(pageOf(name), {
          providers: [provider],
        });
        const { endCursor } = page.pageInfo;
        if (endCursor === null) continue;
        for (const text of texts) {
          for (const after of forgedCursors(endCursor, text))
            await rig.ask(pageOf(name), { after, providers: [provider] });
        }
      }
    }
    rig.expectStraight();
  });

  it('actions', async () => {
    for (const text of HOSTILE.filter((_, i) => i % 12 === 2)) await act(text);
    await fc.assert(fc.asyncProperty(hostileText, act), { numRuns: 2 });
    rig.expectStraight();
  });

  it.each(KINDS)('submissions to %s', async (provider) => {
    for (const text of HOSTILE.filter((_, i) => i % 24 === 3)) await submit(text, provider);
    await fc.assert(
      fc.asyncProperty(hostileText, (text) => submit(text, provider)),
      { numRuns: 1 },
    );
    expect(rig.expectStraight().get(provider)).toBeGreaterThan(10);
  });

  it('logs that are followed', async () => {
    const texts = ['..', '../x', '%2e%2e', 'a/b', 'x?follow=true', 'a\r\nX-Evil: 1', '\u2024\u2024'];
    const ids = KINDS.flatMap((kind) => texts.flatMap((text) => forgedIds('execution', kind, text)));
    const clients = ids.map(
      (execution) =>
        new SseClient(rig.gateway.url, { query: FOLLOW, variables: { execution }, method: 'POST' }),
    );
    await until('every log is refused or ends', () => clients.every(({ ended }) => ended), 15_000);
    for (const { text, status } of clients) {
      expect(status).toBeLessThan(500);
      expect(text).not.toContain('INTERNAL');
    }
    rig.expectStraight();
  });
});
