import { parse } from 'graphql';
import { expect } from 'vitest';
import type { LiveHandlers, TypedDocument } from '../../src/client/index.ts';
import type { TestGateway } from '../support/gateway.ts';

interface Job {
  readonly id: string;
  readonly name: string;
  readonly status: { readonly state: string };
}

interface Held {
  readonly cursor: string | null;
  readonly job: Job;
}

export type JobMessage =
  | ({ readonly __typename: 'JobSnapshot' } & Held)
  | ({
      readonly __typename: 'JobChange';
      readonly previousState: string | null;
      readonly matches: boolean;
    } & Held)
  | ({
      readonly __typename: 'JobCorrection';
      readonly correctedState: string;
      readonly matches: boolean;
    } & Held)
  | { readonly __typename: 'JobTombstone'; readonly cursor: string; readonly id: string }
  | { readonly __typename: 'Bookmark'; readonly cursor: string; readonly closing: boolean }
  | { readonly __typename: 'Gap'; readonly cursor: string; readonly reason: string }
  | { readonly __typename: 'SnapshotEnd'; readonly cursor: string };

const JOB = 'job { id name status { state } }';

/** Everything that is told of jobs, and enough of it to check that nothing is missing. */
export const WATCH: TypedDocument<
  { readonly jobEvents: JobMessage },
  { readonly after?: string; readonly start?: 'SNAPSHOT' | 'NOW' }
> = parse(`
  subscription Watch($start: Start, $after: String) {
    jobEvents(start: $start, after: $after) {
      __typename
      ... on LiveMessage { cursor }
      ... on JobSnapshot { ${JOB} }
      ... on JobChange { previousState matches ${JOB} }
      ... on JobCorrection { correctedState: previousState matches ${JOB} }
      ... on JobTombstone { id }
      ... on Bookmark { closing }
      ... on Gap { reason }
    }
  }
`);

/** What one subscription was told, and what is wrong with it. */
export class Witness {
  readonly messages: JobMessage[] = [];
  readonly restarts: string[] = [];
  readonly waits: string[] = [];
  ends: (Error | null)[] = [];
  /** Events that do not begin where the one before of the same job ended. */
  readonly breaks: string[] = [];
  readonly #states = new Map<string, string>();

  readonly handlers: LiveHandlers<JobMessage> = {
    onMessage: (message) => {
      this.messages.push(message);
      this.#follow(message);
    },
    onRestart: (reason) => this.restarts.push(reason),
    onState: (_, why) => why !== null && this.waits.push(why),
    onEnd: (error) => this.ends.push(error),
  };

  count(type: JobMessage['__typename']): number {
    return this.messages.filter(({ __typename }) => __typename === type).length;
  }

  /** Whether a job was told of whose name begins like this. */
  heardOf(name: string): boolean {
    return this.messages.some((message) => 'job' in message && message.job.name.startsWith(name));
  }

  /** Cursors of events that came more than once. */
  get repeated(): readonly string[] {
    const cursors = this.messages.flatMap(({ __typename, cursor }) =>
      /Change|Correction|Tombstone/.test(__typename) ? [String(cursor)] : [],
    );
    return cursors.filter((cursor, i) => cursors.indexOf(cursor) !== i);
  }

  #follow(message: JobMessage): void {
    switch (message.__typename) {
      case 'Gap':
        this.#states.clear();
        return;
      case 'JobTombstone':
        this.#states.delete(message.id);
        return;
      case 'JobSnapshot':
        this.#states.set(message.job.id, message.job.status.state);
        return;
      case 'JobChange':
        this.#goOn(message.job, message.previousState);
        return;
      case 'JobCorrection':
        this.#goOn(message.job, message.correctedState);
    }
  }

  #goOn({ id, name, status }: Job, from: string | null): void {
    const known = this.#states.get(id) ?? null;
    if (known !== from)
      this.breaks.push(`${name}: told ${String(known)}, then ${String(from)} → ${status.state}`);
    this.#states.set(id, status.state);
  }
}

const LIST =
  'query ($after: String) { jobs(first: 100, after: $after) { nodes { id name status { state } } pageInfo { hasNextPage endCursor } } }';

interface Page {
  readonly jobs: {
    readonly nodes: readonly Job[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** Every job with its state, by asking. */
async function listed(gateway: TestGateway): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | null = null; ;) {
    const response = await gateway.post(JSON.stringify({ query: LIST, variables: { after } }));
    const { data } = (await response.json()) as { readonly data: Page };
    found.push(...data.jobs.nodes.map(face));
    if (!data.jobs.pageInfo.hasNextPage) return found.sort();
    after = data.jobs.pageInfo.endCursor;
  }
}

const face = ({ id, name, status }: Job): string => `${id} ${name} ${status.state}`;

/** Waits until what is mirrored is what a query finds; says what differs when it never is. */
export async function expectMirrored(
  gateway: TestGateway,
  mirrored: ReadonlyMap<string, Job>,
  withinMs = 20_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const there = await listed(gateway);
    const shown = [...mirrored.values()].map(face).sort();
    if (shown.join('\n') === there.join('\n')) return;
    if (performance.now() > deadline) expect(shown).toEqual(there);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
