import { describe, expect, it } from 'vitest';
import {
  adapterOf,
  callContext,
  QarnotService,
  T0,
  uuid,
  type Wire,
} from '../../../test/support/qarnot-service.ts';
import type { NativeKey } from '../../model/ids.ts';
import { DEFAULT_ORDER, type ListPage } from '../provider.ts';

const PROJECT = uuid(7);
const key = (text: string): NativeKey => text as NativeKey;
const service = (): QarnotService => new QarnotService();

function list(model: QarnotService, kind: 'computeNode'): Promise<ListPage<'computeNode'>> {
  const query = { after: null, limit: 50, filter: {}, order: DEFAULT_ORDER[kind] };
  return adapterOf(model).list(kind, query, callContext());
}

describe('compute nodes', () => {
  const running = (...instances: Wire[]): Wire => ({
    status: { runningInstancesInfo: { perRunningInstanceInfo: instances } },
    projectUuid: PROJECT,
  });

  it('are pools and their slots, by name', async () => {
    const model = service();
    model.put('pools', uuid(31), T0, {
      name: 'render',
      ...running(
        {
          instanceId: 1,
          phase: 'environment',
          coreCount: 16,
          maxMemoryMB: 64_000,
          cpuModel: 'EPYC',
          specificationKey: '16c-64g',
        },
        { instanceId: 0, phase: 'execution', coreCount: 8, maxMemoryMB: 32_000, cpuModel: 'EPYC' },
      ),
    });
    model.put('pools', uuid(32), T0 + 1000, { name: 'idle', state: 'Closed', ...running() });
    model.put('pools', uuid(33), T0 + 1000, { name: 'zzz', state: 'Dreaming', ...running() });
    const rows: Wire[] = [];
    let after: string | null = null;
    for (;;) {
      const query = { after, limit: 2, filter: {}, order: DEFAULT_ORDER.computeNode };
      const page: ListPage<'computeNode'> = await adapterOf(model).list('computeNode', query, callContext());
      rows.push(...page.rows.map(({ record: r }) => ({ key: r.key, name: r.name, kind: r.nodeKind, state: r.status.state, cpu: r.capacity.cpuMillis, parent: r.parentKey }))); // prettier-ignore
      if (!page.hasMore) break;
      after = page.endPosition;
    }
    const pool = `p:${uuid(31)}`;
    expect(rows).toEqual([
      { key: `p:${uuid(32)}`, name: 'idle', kind: 'AGGREGATE', state: 'CLOSED', cpu: null, parent: null },
      { key: pool, name: 'render', kind: 'AGGREGATE', state: 'READY', cpu: 24_000, parent: null },
      { key: `${pool}/0`, name: 'render/0', kind: 'SLOT', state: 'READY', cpu: 8000, parent: pool },
      { key: `${pool}/1`, name: 'render/1', kind: 'SLOT', state: 'PENDING', cpu: 16_000, parent: pool },
      { key: `p:${uuid(33)}`, name: 'zzz', kind: 'AGGREGATE', state: 'UNKNOWN', cpu: null, parent: null },
    ]);
    const found = await adapterOf(model).get(
      'computeNode',
      [key(`${pool}/1`), key(`${pool}/7`), key(pool)],
      callContext(),
    );
    expect([...found.found.values()].map((node) => node.capacity.memoryBytes)).toEqual([
      64_000_000_000, 96_000_000_000,
    ]);
    expect(found.found.get(key(`${pool}/1`))).toMatchObject({
      cpuModel: 'EPYC',
      labels: [{ key: 'specificationKey', value: '16c-64g' }],
    });
    expect([...found.missing.keys()]).toEqual([`${pool}/7`]);
  });

  it.each([
    ['Submitted', 'PENDING'],
    ['PartiallyDispatched', 'PENDING'],
    ['FullyDispatched', 'PENDING'],
    ['PartiallyExecuting', 'READY'],
    ['FullyExecuting', 'READY'],
    ['Closing', 'DRAINING'],
    ['PendingDelete', 'DRAINING'],
    ['Closed', 'CLOSED'],
    ['Close', 'CLOSED'],
    ['Failure', 'CLOSED'],
    ['Unheard', 'UNKNOWN'],
  ])('of a pool that is %s are %s', async (word, state) => {
    const model = service();
    model.put('pools', uuid(31), T0, { state: word, ...running() });
    const page = await list(model, 'computeNode');
    expect(page.rows[0]?.record.status).toMatchObject({ state, raw: { value: word } });
  });

  it('can be turned off', async () => {
    const adapter = adapterOf(service(), { poolsAsNodes: false });
    expect(adapter.capabilities.kinds).not.toContain('computeNode');
    expect((await adapter.changes(null, callContext())).computeNodes).toEqual([]);
  });
});
