import { describe, expect, it } from 'vitest';
import { encodeId, type ProviderKey } from '../../src/model/ids.ts';
import { AMBITIOUS_SPECS, unsaidFields } from './ambitious-specs.ts';
import { ALL, neutralSpec } from './specs.ts';
import { actingGateway } from './start.ts';

const EXTENSION: Readonly<Record<(typeof ALL)[number], object>> = {
  bacalhau: { bacalhau: { constraints: [{ key: 'region', operator: 'IN', values: ['eu'] }] } },
  qarnot: { qarnot: { autoDelete: true } },
  runai: { runai: { preemptible: true } },
  'charity-engine': { charityEngine: { tag: 'nightly' } },
};

describe('what would become of a specification', () => {
  const gateway = actingGateway();
  const noCalls = (): void => {
    for (const kind of ALL) expect(gateway().gateway.sandbox.emulators.get(kind)?.calls).toEqual([]);
  };

  it('is said by all providers side by side, without a call', async () => {
    const client = gateway();
    client.resetCalls();
    const options = await client.plan(neutralSpec());
    expect(options.map(({ provider, accepted, errors }) => [provider.key, accepted, errors])).toEqual(
      ALL.map((kind) => [kind, true, []]),
    );
    noCalls();
  });

  it('is said by the candidates alone, in their order', async () => {
    const client = gateway();
    const candidates = (['runai', 'bacalhau'] as ProviderKey[]).map((key) => encodeId('provider', key, ''));
    const options = await client.plan(neutralSpec(), { candidates });
    expect(options.map(({ provider }) => provider.key)).toEqual(['runai', 'bacalhau']);
    expect(await client.plan(neutralSpec(), { candidates: [] })).toEqual([]);
    const nobody = encodeId('provider', 'nobody' as ProviderKey, '');
    const { errors } = await client.answer(
      'query ($spec: TaskSpecInput!, $candidates: [ID!]) { plan(spec: $spec, candidates: $candidates) { options { accepted } } }',
      { spec: neutralSpec(), candidates: [nobody] },
    );
    expect(errors?.[0]?.extensions?.code).toBe('NOT_FOUND');
  });

  it('takes a missing project for a thing to know, and judges one that is named', async () => {
    const client = gateway();
    const runai = async (projects?: string[]) =>
      (await client.plan(neutralSpec(), { projects })).find(({ provider }) => provider.key === 'runai');
    const aboutProject = expect.objectContaining({ path: ['project'] });
    const without = await runai();
    expect(without).toMatchObject({ accepted: true, errors: [] });
    expect(without?.notes.join(' ')).toContain('name one');
    expect(without?.verdicts).not.toContainEqual(aboutProject);
    const named = await runai([await client.projectOf('runai')]);
    expect(named).toMatchObject({ accepted: true });
    expect(named?.verdicts).toContainEqual(aboutProject);
  });

  it.each(ALL)('takes what %s alone knows for it, and leaves the others as they were', async (kind) => {
    const client = gateway();
    const plain = await client.plan(neutralSpec());
    const more = await client.plan(neutralSpec(), { extensions: [EXTENSION[kind]] });
    for (const [i, { provider, verdicts }] of more.entries()) {
      if (provider.key !== kind) expect(verdicts).toEqual(plain[i]?.verdicts);
      else expect(verdicts.filter(({ path }) => path[0] === 'extensions')).not.toEqual([]);
    }
  });

  // What a plan says is what a submission does: with the same verdicts, and only if it was accepted.
  it.each(Object.entries(AMBITIOUS_SPECS))('is what becomes of it: %s', async (_name, spec) => {
    const client = gateway();
    client.resetCalls();
    const options = await client.plan(spec);
    noCalls();
    for (const kind of ALL) {
      const option = options.find(({ provider }) => provider.key === kind);
      const input = await client.inputFor(kind, spec, { idempotencyKey: `plan ${spec.name}` });
      const before = client.count(kind);
      client.resetCalls();
      const dry = await client.submit({ ...input, dryRun: true });
      noCalls();
      expect(client.count(kind)).toBe(before);
      const real = await client.submit(input);
      expect(real.replayed).toBe(false);
      expect(dry.outcome).toBe(option?.accepted === true ? 'PLANNED' : 'REFUSED');
      expect(real.outcome).toBe(option?.accepted === true ? 'CREATED' : 'REFUSED');
      expect(dry).toMatchObject({ job: null, jobs: [] });
      for (const { verdicts, errors } of [dry, real]) {
        expect(verdicts.filter(({ path }) => path[0] !== 'project')).toEqual(option?.verdicts);
        expect(errors).toEqual(option?.errors);
      }
      // A dry run does not use its key up.
      expect(client.count(kind)).toBe(before + (real.outcome === 'CREATED' ? 1 : 0));
      const said = new Set((option?.verdicts ?? []).map(({ path }) => path.join('.')));
      expect(unsaidFields(spec, said), `${kind} says nothing of these`).toEqual([]);
    }
  });
});
