import { describe, expect, it } from 'vitest';
import { GridweaveError } from '../model/errors.ts';
import type { CallContext } from '../upstream/types.ts';
import type { Capabilities, ProbeResult, ProviderAdapter } from '../providers/provider.ts';
import { runCheck, type CheckInput, type CheckTarget } from './check.ts';

const capabilities: Capabilities = {
  kinds: ['job', 'computeNode'],
  filters: {},
  logs: 'SNAPSHOT',
  changes: 'NONE',
  executionNode: true,
  exitCode: true,
  cost: false,
  batch: {},
  neverFilled: [],
};

const good: ProbeResult = {
  reachable: true,
  version: 'v1.9.0',
  latencyMs: 12.4,
  permissions: [
    { name: 'read jobs', allowed: true },
    { name: 'read nodes', allowed: null },
  ],
  problem: null,
  notes: [],
};

const refused = new GridweaveError('UNAUTHENTICATED', 'Provider "b" did not accept the credential.');

function target(key: string, probe: (ctx: CallContext) => Promise<ProbeResult>): CheckTarget {
  const unused = (): Promise<never> => Promise.reject(new Error('A check only probes.'));
  const adapter: ProviderAdapter = {
    capabilities,
    version: null,
    probe,
    list: unused,
    get: unused,
    logs: unused,
    changes: unused,
    tasksOfJobs: unused,
    executionsOfJobs: unused,
    executionsOfTasks: unused,
  };
  return { key, kind: 'bacalhau', adapter };
}

const answering = (key: string, change: Partial<ProbeResult> = {}): CheckTarget =>
  target(key, () => Promise.resolve({ ...good, ...change }));

async function check(
  providers: readonly CheckTarget[],
  extra: Partial<CheckInput> = {},
): Promise<{ code: number; out: string; progress: string[] }> {
  const written: string[] = [];
  const progress: string[] = [];
  const code = await runCheck({
    providers,
    colour: false,
    write: (text) => void written.push(text),
    progress: (line) => void progress.push(line),
    ...extra,
  });
  return { code, out: written.join(''), progress };
}

describe('the table', () => {
  it('shows what was found, with remedies under it, and ends with 1 on trouble', async () => {
    const { code, out } = await check([
      answering('a', { notes: ['A development build.'] }),
      answering('b', { reachable: false, version: null, latencyMs: null, permissions: [], problem: refused }),
      answering('c', { permissions: [{ name: 'read nodes', allowed: false }] }),
      answering('d', { permissions: [{ name: 'submit', allowed: false }] }),
    ]);
    expect(code).toBe(1);
    expect(out).toMatchInlineSnapshot(`
      "KEY  KIND      REACHABLE  VERSION  LATENCY  CREDENTIAL MAY          PROBLEM          CAPABILITIES
      a    bacalhau  yes        v1.9.0     12 ms  read jobs, read nodes?  -                jobs nodes, logs snapshot, no changes
      b    bacalhau  no         -              -  -                       UNAUTHENTICATED  jobs nodes, logs snapshot, no changes
      c    bacalhau  yes        v1.9.0     12 ms  NOT read nodes          -                jobs nodes, logs snapshot, no changes
      d    bacalhau  yes        v1.9.0     12 ms  NOT submit              -                jobs nodes, logs snapshot, no changes

      a:
        Note: A development build.

      b:
        Provider "b" did not accept the credential.
        Fix: Check the credential: the one that you send, or the one that is configured for the provider.

      c:
        The credential may not read nodes.
        Fix: Grant this at the provider, or use another credential.

      2 of 4 providers are ready.
      "
    `);
  });

  it('ends with 0 when all is well', async () => {
    const { code, out } = await check([answering('a')]);
    expect(code).toBe(0);
    expect(out).toMatch(/1 of 1 provider is ready\.\n$/);
  });

  it('ends with 1 when there is nothing to check', async () => {
    expect(await check([])).toMatchObject({
      code: 1,
      out: expect.stringContaining('No provider is enabled'),
    });
  });

  it('is coloured only when asked', async () => {
    expect((await check([answering('a')])).out).not.toContain('\u001b');
    expect((await check([answering('a')], { colour: true })).out).toContain('\u001b[32m');
  });

  it('lets no control character of a provider through', async () => {
    const { out } = await check([answering('a', { version: '\u001b[2Jv1\nforged', notes: ['x\u001b[1Ay'] })]);
    expect(out).not.toContain('\u001b');
    expect(out).toContain('v1 forged');
  });
});

describe('probing', () => {
  it('asks all at once, and tells each as it answers', async () => {
    let release = (): void => undefined;
    const last = new Promise<ProbeResult>((resolve) => {
      release = () => resolve(good);
    });
    const { code, progress } = await check([
      target('slow', () => last),
      target('quick', () => {
        queueMicrotask(release);
        return Promise.resolve({ ...good, problem: refused });
      }),
    ]);
    expect(code).toBe(1);
    expect(progress).toEqual(['[1/2] quick: trouble', '[2/2] slow: ready']);
  });

  it('ends at the deadline, aborts the calls, and says who did not answer', async () => {
    let signal: AbortSignal | null = null;
    const { code, out } = await check(
      [
        target('hung', (ctx) => {
          signal = ctx.signal;
          return new Promise<never>(() => undefined);
        }),
        answering('a'),
      ],
      { deadlineMs: 20 },
    );
    expect(code).toBe(1);
    expect(out).toContain('Provider "hung" did not answer within 20 ms.');
    expect(out).toContain('1 of 2 providers are ready.');
    expect(signal).toMatchObject({ aborted: true });
  });

  it('takes what an adapter throws for trouble, and repeats no unknown message', async () => {
    const { code, out } = await check([
      target('a', () => Promise.reject(refused)),
      target('b', () => {
        throw new TypeError('token=hunter2');
      }),
    ]);
    expect(code).toBe(1);
    expect(out).toContain('did not accept the credential');
    expect(out).toContain('The probe itself failed (TypeError).');
    expect(out).not.toContain('hunter2');
  });
});

it('--json prints one document', async () => {
  const { code, out } = await check([answering('a'), answering('b', { problem: refused })], { json: true });
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({
    ok: false,
    providers: [
      { key: 'a', kind: 'bacalhau', ok: true, ...good, capabilities },
      {
        key: 'b',
        kind: 'bacalhau',
        ok: false,
        ...good,
        problem: {
          code: 'UNAUTHENTICATED',
          message: refused.message,
          remedy:
            'Check the credential: the one that you send, or the one that is configured for the provider.',
        },
        capabilities,
      },
    ],
  });
});
