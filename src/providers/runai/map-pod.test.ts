import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProviderKey } from '../../model/ids.ts';
import type { ExecutionRecord } from '../../model/records.ts';
import { epochMs } from '../../model/time.ts';
import type { Wire } from '../reading.ts';
import { executionRecords } from './map-pod.ts';
import { decodePod, type PodRow } from './wire.ts';

const T0 = Date.UTC(2026, 2, 2, 9);
const iso = (seconds: number): string => new Date(T0 + seconds * 1000).toISOString();

function pod(id: string, wire: Wire = {}): PodRow {
  const base: Wire = {
    id,
    name: `seg-20-${id}`,
    workloadId: 'w1',
    clusterId: 'c1',
    nodeName: 'dgx-03',
    createdAt: iso(0),
    k8sPhase: 'Running',
    k8sPhaseUpdatedAt: iso(5),
    updatedAt: iso(6),
    completedAt: null,
    containers: [
      { name: 'side', startedAt: iso(4) },
      { name: 'main', startedAt: iso(3) },
      { name: 'late' },
      null,
    ],
  };
  return decodePod({ ...base, ...wire }, epochMs(1));
}

function one(wire: Wire): ExecutionRecord {
  return executionRecords('r' as ProviderKey, [pod('p1', wire)])[0]!;
}

describe('a pod', () => {
  it('is an execution', () => {
    expect(one({})).toMatchObject({
      key: 'w1/p1',
      jobKey: 'w1',
      taskKey: 'w1/0',
      name: 'seg-20-p1',
      nativeRef: { type: 'pod', id: 'p1' },
      index: 0,
      attempt: 1,
      nodeKey: 'n:c1/dgx-03',
      startedAt: T0 + 3000,
      endedAt: null,
      exitCode: null,
      revision: 6001,
    });
    expect(one({ nodeName: null, containers: null })).toMatchObject({ nodeKey: null, startedAt: null });
  });

  it.each([
    ['Pending', 'dgx-03', 'PREPARING', null],
    ['Pending', null, 'QUEUED', null],
    ['Running', 'dgx-03', 'RUNNING', null],
    ['Succeeded', 'dgx-03', 'SUCCEEDED', null],
    ['Failed', 'dgx-03', 'FAILED', null],
    ['Unknown', 'dgx-03', 'UNKNOWN', 'NODE_LOST'],
    ['ContainerCreating', 'dgx-03', 'PREPARING', null],
    ['ImagePullBackOff', 'dgx-03', 'PREPARING', 'IMAGE_UNAVAILABLE'],
    ['CrashLoopBackOff', 'dgx-03', 'PREPARING', 'BACKOFF'],
    ['OOMKilled', 'dgx-03', 'FAILED', 'OUT_OF_MEMORY'],
    ['Init:1/2', 'dgx-03', 'PREPARING', null],
    ['Init:ErrImagePull', 'dgx-03', 'PREPARING', 'IMAGE_UNAVAILABLE'],
    ['Init:Error', 'dgx-03', 'PREPARING', 'BACKOFF'],
    ['Dreaming', 'dgx-03', 'UNKNOWN', null],
    ['constructor', 'dgx-03', 'UNKNOWN', null],
  ])('%s on %s is %s', (k8sPhase, nodeName, state, reason) => {
    const { status } = one({ k8sPhase, nodeName });
    expect(status).toMatchObject({ state, reason, raw: { value: k8sPhase, field: 'k8sPhase' } });
  });

  it('that was deleted is cancelled, unless it had ended', () => {
    const deletedAt = iso(60);
    expect(one({ deletedAt })).toMatchObject({ status: { state: 'CANCELLED', reason: 'DELETED_UPSTREAM' }, endedAt: T0 + 60_000 }); // prettier-ignore
    expect(one({ deletedAt, k8sPhase: 'Succeeded', completedAt: iso(50) })).toMatchObject({ status: { state: 'SUCCEEDED' }, endedAt: T0 + 50_000 }); // prettier-ignore
  });
});

describe('the pods of a workload', () => {
  const places = (pods: readonly PodRow[]): string[] =>
    executionRecords('r' as ProviderKey, pods).map(({ nativeRef, index, attempt }) => `${nativeRef.id} ${String(index)}/${String(attempt)}`); // prettier-ignore

  it('have a place each while they run beside each other', () => {
    expect(places([pod('b', { createdAt: iso(1) }), pod('a'), pod('c', { createdAt: iso(1) })])).toEqual(['a 0/1', 'b 1/1', 'c 2/1']); // prettier-ignore
  });

  it('take over the place of one that failed before', () => {
    const failed = (id: string, from: number, to: number): PodRow =>
      pod(id, { createdAt: iso(from), completedAt: iso(to), k8sPhase: 'Failed' });
    expect(places([failed('a', 0, 10), failed('b', 12, 20), pod('c', { createdAt: iso(21) })])).toEqual([
      'a 0/1',
      'b 0/2',
      'c 0/3',
    ]);
    const succeeded = pod('s', { k8sPhase: 'Succeeded', completedAt: iso(10) });
    expect(places([succeeded, pod('t', { createdAt: iso(20) })])).toEqual(['s 0/1', 't 1/1']);
    expect(
      places([failed('a', 0, 10), pod('b', { createdAt: iso(5) }), pod('c', { createdAt: iso(11) })]),
    ).toEqual(['a 0/1', 'b 1/1', 'c 0/2']);
  });

  it('never share a place and an attempt, in whatever order they come', () => {
    const spec = fc.record({
      at: fc.nat(20),
      for: fc.nat(20),
      k8sPhase: fc.constantFrom('Running', 'Failed', 'Succeeded', 'Pending'),
    });
    fc.assert(
      fc.property(fc.array(spec, { maxLength: 12 }), fc.nat(11), (specs, shift) => {
        const pods = specs.map((given, i) =>
          pod(`p${String(i)}`, {
            createdAt: iso(given.at),
            k8sPhase: given.k8sPhase,
            completedAt: given.k8sPhase === 'Failed' ? iso(given.at + given.for) : null,
          }),
        );
        const told = places(pods);
        expect(new Set(told.map((place) => place.split(' ')[1])).size).toBe(pods.length);
        expect(places([...pods.slice(shift), ...pods.slice(0, shift)])).toEqual(told);
      }),
    );
  });
});
