import { describe, expect, it } from 'vitest';
import { startActing, stampOf, type ActingRig } from '../../../../test/support/runai-acting.ts';
import { callContext } from '../../../../test/support/runai-service.ts';
import type { JobRecord } from '../../../model/records.ts';

const refusedWith = (code: string) => ({ outcome: 'REFUSED', error: { code } });

describe('running again', () => {
  const AGAIN = stampOf(77);
  const again = ({ acting }: ActingRig, record: JobRecord) =>
    acting.rerun({ record, reason: null }, AGAIN, callContext());

  it.each(['2.18', '2.21', '2.24'] as const)(
    'makes another workload of the same specification (%s)',
    async (version) => {
      const started = await startActing({}, { version });
      const { job, read, rig, acting } = started;
      const extension = {
        distributed: { framework: 'PyTorch', workers: 2, master: true },
        category: 'Eval',
      } as const;
      const first = await job(
        { labels: [{ key: 'team', value: 'nlp' }], env: [{ name: 'A', value: 'b c' }] },
        extension,
      );
      expect(await again(started, first)).toMatchObject(refusedWith('INVALID_STATE'));
      rig.pass(60_000);
      const ended = (await read(first.key))!;
      const answer = await again(started, ended);
      const second = answer.outcome === 'CREATED' ? answer.records[0]! : null;
      expect(second).toMatchObject({ generation: 1, projectKey: first.projectKey, jobKind: 'BATCH' });
      expect(second!.name).toMatch(/^segment-/);
      expect(second!.key).not.toBe(first.key);
      const typed = async (key: string) => {
        const { spec, ...beside } = await rig.read<{ spec: Record<string, unknown>; masterSpecSameAsWorker: unknown }>(`/api/v1/workloads/distributed/${key}`); // prettier-ignore
        const { labels, ...rest } = spec;
        return [
          rest,
          beside.masterSpecSameAsWorker,
          (labels as { name: string }[]).map(({ name }) => name).sort(),
        ];
      };
      expect(await typed(second!.key)).toEqual(await typed(first.key));
      rig.pass(2_000);
      const target = { stamp: AGAIN, name: 'whatever', project: null, sentAt: 0 as never };
      const rerunOf = { key: first.key, generation: 1 };
      expect(await acting.find({ ...target, rerunOf }, callContext())).toMatchObject({
        outcome: 'FOUND',
        specHash: AGAIN.specHash,
        records: [{ key: second!.key }],
      });
      expect(await again(started, ended)).toEqual({ outcome: 'EXISTS' });
    },
  );

  it('is refused, or unknown, as a submission is', async () => {
    const started = await startActing();
    const { job, read, rig, callsOf } = started;
    const { key } = await job({ env: [{ name: 'A', value: 'canary-value' }] });
    rig.pass(60_000);
    const ended = (await read(key))!;
    const creates = callsOf('POST /api/v1/workloads/trainings');
    rig.emulator.faults.set('f', { match: `GET /api/v1/workloads/trainings/${key}`, effect: { kind: 'status', status: 503 } }); // prettier-ignore
    expect(await again(started, ended)).toMatchObject(refusedWith('PROVIDER_UNAVAILABLE'));
    rig.emulator.faults.set('f', { match: `GET /api/v1/workloads/trainings/${key}`, effect: { kind: 'garbage', body: '{"projectId":"1","clusterId":"c"}' } }); // prettier-ignore
    expect(await again(started, ended)).toMatchObject(refusedWith('UNSUPPORTED_OPERATION'));
    expect(callsOf('POST /api/v1/workloads/trainings')).toBe(creates);
    rig.emulator.faults.set('f', { match: 'POST', effect: { kind: 'status', status: 400, body: '{"message":"no canary-value"}' } }); // prettier-ignore
    const refused = await again(started, ended);
    expect(refused).toMatchObject(refusedWith('PROVIDER_REFUSED'));
    expect(JSON.stringify(refused) + String('error' in refused && refused.error.message)).not.toContain(
      'canary',
    );
    rig.emulator.faults.set('f', { match: 'POST', effect: { kind: 'reset', afterCommit: true } });
    expect((await again(started, ended)).outcome).toBe('UNKNOWN');
  });
});
