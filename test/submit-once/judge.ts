import type { NativeKey } from '../../src/model/ids.ts';
import { SPEC_HASH_LABEL, STAMP_LABEL } from '../../src/providers/stamped.ts';
import type { SimJob } from '../../src/sandbox/world/types.ts';
import type { CampaignOptions, CreateFate } from './campaign.ts';
import type { Submission } from './client.ts';
import type { Host } from './host.ts';
import { PROVIDER, type Running } from './subjects.ts';

/** Everything that a campaign leaves behind. */
export interface Remains {
  readonly options: CampaignOptions;
  readonly running: Running;
  readonly submissions: readonly Submission[];
  readonly creates: ReadonlyMap<string, CreateFate>;
  /** Stamps of creates that were on their way when a process ended. */
  readonly cutOff: ReadonlySet<string>;
  readonly faults: readonly unknown[];
  readonly host: Host;
  readonly misfortunes: ReadonlyMap<string, number>;
  readonly durationMs: number;
}

/** What is wrong, one line for each breach of the promise, and what was counted. */
export interface Verdict {
  readonly breaches: readonly string[];
  readonly figures: Figures;
}

export interface Figures {
  readonly subject: string;
  readonly keeping: string;
  readonly seed: number;
  readonly submits: number;
  readonly jobs: number;
  readonly duplicates: number;
  readonly lost: number;
  readonly ghosts: number;
  readonly acknowledged: number;
  readonly calls: number;
  readonly creates: number;
  readonly told: Readonly<Record<string, number>>;
  readonly openAtTheEnd: number;
  readonly processes: number;
  readonly misfortunes: Readonly<Record<string, number>>;
  readonly durationMs: number;
}

const CHUNK = 100;
/** How long a job that was created last may be missing, in milliseconds of the machine. */
const VISIBLE_MS = 3_000;

export async function judge(remains: Remains): Promise<Verdict> {
  const { options, running, submissions, creates, cutOff, faults, host } = remains;
  const breaches: string[] = [];
  const breach = (one: Submission, what: string): void => {
    const story = one.told.map(
      ({ outcome, replayed, why }) => `${outcome}${replayed ? ' (replay)' : ''} ${why}`,
    );
    breaches.push(`${one.key} (${one.stamp.id}): ${what}\n    ${JSON.stringify(creates.get(one.stamp.id))}\n    ${story.join('\n    ')}`); // prettier-ignore
  };
  running.world.sync();
  const jobs = jobsByStamp(running.world.site(running.emulator.kind).jobs.values());
  const readable = await readableKeys(host, [...new Set(submissions.flatMap(acknowledgedKeys))]);
  const count = { duplicates: 0, lost: 0, ghosts: 0, open: 0, acknowledged: 0 };

  for (const one of submissions) {
    const { stamp, other, told, gaveUp } = one;
    const there = jobs.get(stamp.id) ?? [];
    const fate = creates.get(stamp.id) ?? { sent: 0, committed: 0, lost: false };
    if (there.length > 1 || fate.committed > 1) {
      count.duplicates += Math.max(there.length - 1, fate.committed - 1);
      breach(one, `${String(there.length)} jobs, ${String(fate.committed)} creates took effect`);
    }
    const created = told.filter(({ outcome }) => outcome === 'CREATED');
    if (new Set(created.map(({ keys }) => keys.join())).size > 1)
      breach(one, 'callers were told of different jobs');
    const hashes = new Set(created.map(({ specHash }) => specHash));
    if (hashes.size > 1) breach(one, 'two specifications were acknowledged');
    if (other === null && told.some(({ outcome }) => outcome === 'MISMATCH'))
      breach(one, 'a mismatch with itself');
    const [acknowledged] = created;
    if (acknowledged !== undefined) {
      count.acknowledged += 1;
      const hash = there[0]?.labels[SPEC_HASH_LABEL];
      if (hash !== undefined && hash !== acknowledged.specHash)
        breach(one, 'the job is of another specification');
      if (there.length === 0 || !acknowledged.keys.every((key) => readable.has(key))) {
        count.lost += 1;
        breach(
          one,
          `acknowledged as ${acknowledged.keys.join()}, and ${there.length === 0 ? 'not there' : 'not to be read'}`,
        );
      }
      continue;
    }
    // A process that knows nothing of the one before can only speak for itself.
    const isOwnWord = options.keeping !== 'LOST' || one.calls === 1;
    if (gaveUp === 'REFUSED' && there.length > 0 && isOwnWord) {
      count.ghosts += 1;
      breach(one, 'refused, and there is a job');
    }
    if (gaveUp === 'REFUSED') continue;
    if (gaveUp === 'UNKNOWN' && options.subject.once !== 'NONE') {
      const phase = (await host.store.get(`${PROVIDER}/${stamp.id}` as never))?.phase ?? null;
      const expected = there.length > 0 ? 'CREATED' : 'FREE';
      if (phase !== expected)
        breach(one, `left unknown, then ${String(phase)} where it should be ${expected}`);
      continue;
    }
    count.open += 1;
    if (options.subject.once !== 'NONE') breach(one, 'not settled');
    else if (!fate.lost && !cutOff.has(stamp.id)) breach(one, 'unknown, though no answer was lost');
  }
  const strangers = [...jobs.keys()].filter((stamp) => !submissions.some((one) => one.stamp.id === stamp));
  for (const stamp of strangers) breaches.push(`a job of no submission: ${stamp}`);
  for (const fault of faults) breaches.push(`a fault: ${String(fault)}`);
  for (const error of running.emulator.errors) breaches.push(`the emulator failed: ${String(error)}`);
  return { breaches, figures: figuresOf(remains, jobs, count) };
}

function acknowledgedKeys({ told }: Submission): readonly NativeKey[] {
  return told.flatMap(({ keys }) => keys);
}

/** Charity Engine is told the stamp in a tag, which becomes the name of the world's job. */
function jobsByStamp(all: Iterable<SimJob>): ReadonlyMap<string, readonly SimJob[]> {
  const jobs = new Map<string, SimJob[]>();
  for (const job of all) {
    const stamp =
      job.labels[STAMP_LABEL] ?? job.tags.find((tag) => tag.startsWith('gw:'))?.slice(3) ?? job.id;
    jobs.set(stamp, [...(jobs.get(stamp) ?? []), job]);
  }
  return jobs;
}

/** What a gateway that knows nothing but what was kept can read of them. */
async function readableKeys(host: Host, keys: readonly NativeKey[]): Promise<ReadonlySet<NativeKey>> {
  const gateway = await host.onlooker();
  const readable = new Set<NativeKey>();
  const until = performance.now() + VISIBLE_MS;
  try {
    for (let missing = keys; missing.length > 0; missing = keys.filter((key) => !readable.has(key))) {
      for (let from = 0; from < missing.length; from += CHUNK) {
        const some = missing.slice(from, from + CHUNK);
        const { found } = await gateway.adapter.get('job', some, gateway.caller.read.call);
        for (const key of found.keys()) readable.add(key);
      }
      if (performance.now() > until) break;
    }
  } finally {
    await gateway.abandon();
  }
  return readable;
}

function figuresOf(
  { options, submissions, creates, host, misfortunes, durationMs }: Remains,
  jobs: ReadonlyMap<string, readonly SimJob[]>,
  count: {
    readonly duplicates: number;
    readonly lost: number;
    readonly ghosts: number;
    readonly open: number;
    readonly acknowledged: number;
  },
): Figures {
  const told: Record<string, number> = {};
  for (const { outcome, replayed } of submissions.flatMap((one) => one.told)) {
    const name = outcome === 'CREATED' && replayed ? 'REPLAYED' : outcome;
    told[name] = (told[name] ?? 0) + 1;
  }
  return {
    subject: options.subject.name,
    keeping: options.keeping,
    seed: options.seed,
    submits: submissions.length,
    jobs: [...jobs.values()].reduce((sum, list) => sum + list.length, 0),
    duplicates: count.duplicates,
    lost: count.lost,
    ghosts: count.ghosts,
    acknowledged: count.acknowledged,
    calls: submissions.reduce((sum, { calls }) => sum + calls, 0),
    creates: [...creates.values()].reduce((sum, { sent }) => sum + sent, 0),
    told,
    openAtTheEnd: count.open,
    processes: host.started,
    misfortunes: Object.fromEntries([...misfortunes].sort(([a], [b]) => (a < b ? -1 : 1))),
    durationMs: Math.round(durationMs),
  };
}
