import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { observe, type KnownState, type Subject } from '../../src/model/observe.ts';
import type { ProviderKey } from '../../src/model/ids.ts';
import { isTerminal, STATES, type State } from '../../src/model/state.ts';
import { epochMs } from '../../src/model/time.ts';
import { judgeTransition } from '../../src/model/transitions.ts';
import { executionStatus } from '../../src/providers/bacalhau/execution-status.ts';
import { mapJob } from '../../src/providers/bacalhau/map-job.ts';
import { dialectOf } from '../../src/providers/bacalhau/versions.ts';
import { WORDS } from '../../src/providers/charity-engine/words.ts';
import { INSTANCE_STATES, TASK_STATES } from '../../src/providers/qarnot/words.ts';
import { podStatus, workloadStatus } from '../../src/providers/runai/status.ts';
import { PHASES } from '../../src/providers/runai/words.ts';

/** Everything a provider can say of one kind of work, as the adapters' own mapping reads it. */
interface Alphabet {
  readonly name: string;
  readonly subject: Subject;
  readonly states: readonly State[];
}

const ODD = ['', 'Hibernating', '42'];

function bacalhauJobs(): State[] {
  const words = ['Undefined', 'Pending', 'Queued', 'Running', 'Completed', 'Failed', 'Stopped', ...ODD];
  const at = { provider: 'lab' as ProviderKey, observedAt: epochMs(0), dialect: dialectOf('v1.9.3') };
  return words.map(
    (StateType) =>
      mapJob(
        {
          ID: 'j-1',
          Name: 'n',
          Namespace: 'd',
          Type: 'batch',
          State: { StateType },
          CreateTime: '1700000000000000000',
          ModifyTime: '1700000000000000000',
          Tasks: [{ Name: 'main', Engine: { Type: 'docker' } }],
        },
        at,
      ).status.state,
  );
}

function bacalhauExecutions(version: string): State[] {
  const dialect = dialectOf(version);
  return [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].flatMap((compute) =>
    [0, 1, 2].flatMap((desired) =>
      [0, 3].map(
        (ExitCode) =>
          executionStatus(
            {
              ComputeState: { StateType: compute },
              DesiredState: { StateType: desired },
              RunOutput: { ExitCode, Stdout: 'x' },
            },
            dialect,
          ).state,
      ),
    ),
  );
}

const POD_WORDS = [
  'Pending',
  'Running',
  'Succeeded',
  'Failed',
  'Unknown',
  'ContainerCreating',
  'ImagePullBackOff',
  'Terminating',
  'OOMKilled',
  'Evicted',
  'Init:0/1',
  ...ODD,
];

const ALPHABETS: readonly Alphabet[] = [
  { name: 'Bacalhau jobs', subject: 'job', states: bacalhauJobs() },
  ...['v1.4.0', 'v1.5.0', 'v1.6.0', 'v1.9.3'].map((version) => ({
    name: `Bacalhau executions of ${version}`,
    subject: 'execution' as const,
    states: bacalhauExecutions(version),
  })),
  { name: 'Qarnot tasks', subject: 'task', states: [...Object.values(TASK_STATES), 'UNKNOWN'] },
  {
    name: 'Qarnot instances',
    subject: 'execution',
    states: [...Object.values(INSTANCE_STATES), 'QUEUED', 'RUNNING', 'UNKNOWN'],
  },
  {
    name: 'Run:ai workloads',
    subject: 'job',
    states: [...Object.keys(PHASES), ...ODD].flatMap((phase) =>
      [true, false].map(
        (suspend) =>
          workloadStatus({ actualPhase: phase, phase, actionsSupport: { suspend } }, 'BATCH').state,
      ),
    ),
  },
  {
    name: 'Run:ai pods',
    subject: 'execution',
    states: POD_WORDS.map((k8sPhase) => podStatus({ k8sPhase }).state),
  },
  {
    name: 'Charity Engine jobs',
    subject: 'job',
    states: [...WORDS.values()].map(({ state }) => state).concat('UNKNOWN'),
  },
];

const SEQUENCES = 1_000_000;
const RUNS = 100;
const MAX_LENGTH = 8;

/** A small generator of its own: a million sequences from one printed seed, without keeping one of them. */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Leads one random sequence through the state machine; answers with what is wrong, or null. */
function wrongIn({ subject, states }: Alphabet, random: (below: number) => number): string | null {
  let known: KnownState | null = null;
  let generation = 1;
  for (let length = 2 + random(MAX_LENGTH - 1); length > 0; length--) {
    if (random(20) === 0) generation += 1;
    const state = states[random(states.length)]!;
    const before: KnownState | null = known;
    const { known: after, change } = observe(subject, before, { state, generation });
    known = after;
    if (before === null) continue;
    if (after.generation < before.generation) return `${before.state} went back a generation`;
    if (after.generation > before.generation) continue;
    const verdict = judgeTransition(subject, before.state, after.state);
    if (verdict === 'ILLEGAL') return `${before.state} became ${after.state}`;
    if (isTerminal(before.state) && after.state !== before.state && change !== 'CORRECTED') {
      return `${before.state} became ${after.state} as ${change}`;
    }
  }
  return null;
}

describe('whatever providers say', () => {
  it.each(ALPHABETS)('$name: every word has a state of the model', ({ states }) => {
    expect(states.length).toBeGreaterThan(3);
    for (const state of states) expect(STATES).toContain(state);
    expect(states.some(isTerminal)).toBe(true);
  });

  it(`${SEQUENCES.toLocaleString('en')} random sequences make no illegal transition`, () => {
    const each = SEQUENCES / RUNS / ALPHABETS.length;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
        const random = randomOf(seed);
        for (const alphabet of ALPHABETS) {
          for (let i = 0; i < each; i++) {
            const wrong = wrongIn(alphabet, random);
            if (wrong !== null) throw new Error(`${alphabet.name}: ${wrong}`);
          }
        }
      }),
      { numRuns: RUNS },
    );
  }, 60_000);
});
