import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { GridweaveError } from '../../src/model/errors.ts';
import type { NativeKey } from '../../src/model/ids.ts';
import type { JobSpec } from '../../src/model/job-spec.ts';
import { epochMs } from '../../src/model/time.ts';
import type { ActingCalls } from '../../src/providers/acting.ts';
import type { SandboxKind } from '../../src/sandbox/sandbox.ts';
import { WHOLE_LOG } from '../contract/operations.ts';
import { queryFor, readRecords } from '../contract/reading.ts';
import { simulated, type Rig } from '../contract/rig.ts';
import { bacalhauTarget } from '../contract/targets/bacalhau.ts';
import { charityEngineTarget } from '../contract/targets/charity-engine.ts';
import { qarnotTarget } from '../contract/targets/qarnot.ts';
import { researcherTarget, runaiTarget } from '../contract/targets/runai.ts';
import { jobSpec } from '../support/job-spec.ts';
import { nativeKeys } from './forged.ts';
import { HOSTILE, hostileText } from './hostile-texts.ts';
import { faultsOf } from './routes.ts';
import { startWiretap, type Wiretap } from './wiretap.ts';

const STAMP = { id: 'abcdefghijklmnopqrstuvwxyz', specHash: '0123456789abcdef' };
const TARGETS = [
  ['bacalhau', bacalhauTarget('1.9.3')],
  ['bacalhau', bacalhauTarget('1.4.0')],
  ['qarnot', qarnotTarget()],
  ['runai', runaiTarget('2.24')],
  ['runai', researcherTarget()],
  ['charity-engine', charityEngineTarget()],
] as const;

/** An adapter's word on something hostile: an answer, or an error that was foreseen. */
async function asked(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(GridweaveError);
    expect((error as GridweaveError).code).not.toBe('INTERNAL');
  }
}

async function readEverything(rig: Rig, site: SandboxKind, text: string): Promise<void> {
  const { adapter } = rig;
  for (const kind of adapter.capabilities.kinds) {
    const keys = nativeKeys(kind, site, text);
    await asked(() => adapter.get(kind, keys, rig.ctx()));
    const label = { key: text, values: [text] };
    const own = { key: 'type', values: [text] };
    for (const [after, filter] of [
      [text, {}],
      [JSON.stringify([1, text, text]), {}],
      [null, { namePrefix: text, projects: nativeKeys('project', site, text), labels: [label, own] }],
    ] as const) {
      await asked(() => adapter.list(kind, queryFor(kind, { after, filter, limit: 2 }), rig.ctx()));
    }
  }
  await asked(() => adapter.tasksOfJobs(nativeKeys('job', site, text), rig.ctx()));
  await asked(() => adapter.executionsOfJobs(nativeKeys('job', site, text), rig.ctx()));
  await asked(() => adapter.executionsOfTasks(nativeKeys('task', site, text), rig.ctx()));
  for (const key of nativeKeys('execution', site, text)) {
    await asked(() => adapter.logs(key, WHOLE_LOG, rig.ctx({ waitMs: 500 })));
  }
  await asked(() => adapter.changes(text, rig.ctx()));
  await asked(() => adapter.changes(JSON.stringify([1, text]), rig.ctx()));
  await asked(() => adapter.importJobs?.([{ id: text, name: text }], rig.ctx()));
}

async function actOn(rig: Rig, acting: ActingCalls, site: SandboxKind, text: string): Promise<void> {
  const [job] = await readRecords(rig, 'job');
  const [task] = await readRecords(rig, 'task');
  const records = [job, task].filter((record) => record !== undefined);
  for (const record of records) {
    for (const key of nativeKeys(record.kind, site, text)) {
      const target = { record: { ...record, key }, reason: text };
      for (const action of ['CANCEL', 'SUSPEND', 'RESUME', 'DELETE'] as const) {
        await asked(() => acting.act(action, [target], rig.ctx()));
      }
      const { record: named } = target;
      if (named.kind === 'job')
        await asked(() => acting.rerun({ record: named, reason: text }, STAMP, rig.ctx()));
      const rerunOf = { key, generation: 1 };
      const lost = { stamp: STAMP, name: text, project: key, sentAt: epochMs(0) };
      await asked(() => acting.find({ ...lost, rerunOf: null }, rig.ctx()));
      await asked(() => acting.find({ ...lost, rerunOf }, rig.ctx()));
    }
  }
}

/** Straight to the adapter: nobody has looked at the specification before. */
async function submit(rig: Rig, acting: ActingCalls, text: string): Promise<void> {
  const specs: readonly Partial<JobSpec>[] = [
    { name: text, labels: [{ key: text, value: text }], workingDirectory: text },
    { image: text, command: [text], env: [{ name: text, value: text }] },
    { image: null, app: text },
    { inputs: [{ path: text, source: { type: 'URL', url: text } }] },
    { inputs: [{ path: text, source: { type: 'BUCKET', bucket: text, prefix: text } }] },
    { outputs: [{ name: text, path: text, destination: { type: 'VOLUME', name: text } }] },
  ];
  for (const changes of specs) {
    for (const project of [null, text as NativeKey]) {
      const request = { spec: jobSpec(changes), project, extension: null };
      await asked(() => acting.plan(request));
      await asked(() => acting.submit(request, STAMP, rig.ctx()));
    }
  }
}

describe.each(TARGETS.map(([kind, target]) => ({ kind, target, name: target.name })))(
  '$name',
  ({ kind, target }) => {
    let open: { readonly rig: Rig; readonly tap: Wiretap } | null = null;
    afterAll(async () => {
      await target.closeStarted();
      await open?.tap.close();
    });

    async function tapped(): Promise<{ readonly rig: Rig; readonly tap: Wiretap }> {
      if (open !== null) return open;
      const { sim, reconnect } = simulated(await target.start({ jobs: 4 }));
      const tap = await startWiretap(new URL(sim.relay.url.pathname, sim.emulator.url));
      const rig = reconnect({ baseUrl: tap.url, timeoutMs: 1_000 });
      return (open = { rig, tap });
    }

    async function everything(text: string): Promise<void> {
      const { rig, tap } = await tapped();
      const { acting } = rig.adapter;
      await readEverything(rig, kind, text);
      if (acting !== undefined) {
        await actOn(rig, acting, kind, text);
        await submit(rig, acting, text);
      }
      expect(tap.noise).toEqual([]);
      expect(tap.requests.length).toBeGreaterThan(0);
      expect(tap.requests.flatMap((request) => faultsOf(request, kind, tap.url.host))).toEqual([]);
      tap.forget();
    }

    it('stays on its routes, whatever it is handed', async () => {
      for (const text of HOSTILE.filter((_, i) => i % 8 === 5)) await everything(text);
    });

    it('stays on its routes with any letters', async () => {
      await fc.assert(fc.asyncProperty(hostileText, everything), { numRuns: 6 });
    });
  },
);
