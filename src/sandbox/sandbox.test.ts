import { describe, expect, it } from 'vitest';
import { createManualClock } from './clock.ts';
import type { Sandbox } from './sandbox.ts';
import { SANDBOX_KINDS, startSandbox } from './sandbox.ts';

const START = Date.UTC(2026, 0, 5, 9);

async function withSandbox(
  options: Parameters<typeof startSandbox>[0],
  use: (sandbox: Sandbox) => Promise<void>,
): Promise<void> {
  const sandbox = await startSandbox(options);
  try {
    await use(sandbox);
  } finally {
    await sandbox.close();
  }
}

const PATHS = { bacalhau: '/api/v1/orchestrator/jobs', qarnot: '/tasks/summaries' } as const;

describe('the sandbox', () => {
  it('serves one world through every emulator, each with its credential', async () => {
    await withSandbox(
      { seed: 3, clock: createManualClock(START), jobsPerSite: 40, kinds: ['bacalhau', 'qarnot'] },
      async ({ world, emulators }) => {
        for (const kind of ['bacalhau', 'qarnot'] as const) {
          const emulator = emulators.get(kind)!;
          const { token } = emulator.connection.credential;
          const headers: Record<string, string> = token === undefined ? {} : { authorization: token };
          const answer = await fetch(emulator.url + PATHS[kind], { headers });
          expect([kind, answer.status]).toEqual([kind, 200]);
          const [job] = [...world.site(kind).jobs.values()].slice(-1);
          expect(await answer.text()).toContain(job?.name);
          expect(emulator.calls).toHaveLength(1);
        }
      },
    );
  });

  it('has an emulator for every kind, and says how to connect to it', async () => {
    await withSandbox({ jobsPerSite: 0, arrivalMs: 0 }, async ({ emulators }) => {
      expect([...emulators.keys()]).toEqual(SANDBOX_KINDS);
      for (const [kind, { url, connection }] of emulators) {
        expect(connection.url.startsWith(url)).toBe(true);
        const answer = await fetch(connection.url);
        expect([kind, answer.status < 500]).toEqual([kind, true]);
      }
    });
  });

  it('simulates only what is asked for', async () => {
    await withSandbox({ kinds: ['qarnot'], jobsPerSite: 0, arrivalMs: 0 }, async ({ world, emulators }) => {
      expect([...emulators.keys()]).toEqual(['qarnot']);
      expect(() => world.site('bacalhau')).toThrow('no bacalhau site');
      expect(world.site('qarnot').jobs.size).toBe(0);
    });
  });

  it('leaves nothing running when a port is taken', async () => {
    await withSandbox({ kinds: ['bacalhau'], jobsPerSite: 0 }, async ({ emulators }) => {
      const port = Number(new URL(emulators.get('bacalhau')?.url ?? '').port);
      const start = startSandbox({ jobsPerSite: 0, ports: { qarnot: port } });
      await expect(start).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', details: { field: 'port' } });
    });
  });
});
