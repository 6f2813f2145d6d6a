import type { SandboxKind } from '../../src/sandbox/sandbox.ts';
import type { FaultEffect, ReceivedCall } from '../../src/sandbox/emulator.ts';
import type { Action, JobFilter, State } from '../generated/graphql.ts';
import { emulatorOf } from '../support/emulator-of.ts';
import type { TestGateway } from '../support/gateway.ts';
import { actionOn, CANCEL_JOBS, JOB, JOBS, PLAN, PROJECTS, RECONCILE, RERUN, SUBMIT } from './documents.ts';
import type { SubmitJobInput, TaskSpecInput } from './specs.ts';

export interface ShownError {
  readonly __typename: string;
  readonly code: string;
  readonly message: string;
  readonly path: readonly string[] | null;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
}

export interface ShownStatus {
  readonly state: State;
  readonly reason: string | null;
  readonly desired: string | null;
  readonly confidence: string;
}

export interface ShownWork {
  readonly id: string;
  readonly name: string;
  readonly status: ShownStatus;
  readonly allowedActions: readonly Action[];
}

export interface ShownJob extends ShownWork {
  readonly provider: { readonly key: string };
  readonly project: { readonly id: string; readonly name: string } | null;
  readonly generation: number;
  readonly revision: number;
  readonly createdAt: string;
  readonly labels: readonly { readonly key: string; readonly value: string | null }[];
  readonly nativeRef: { readonly nativeId: string };
}

export interface ShownVerdict {
  readonly path: readonly string[];
  readonly verdict: 'HONOURED' | 'TRANSLATED' | 'IGNORED' | 'REFUSED';
  readonly reason: string | null;
}

export interface Submitted {
  readonly outcome: 'CREATED' | 'PLANNED' | 'REFUSED' | 'UNKNOWN';
  readonly replayed: boolean;
  readonly job: ShownJob | null;
  readonly jobs: readonly ShownJob[];
  readonly verdicts: readonly ShownVerdict[];
  readonly notes: readonly string[];
  readonly errors: readonly ShownError[];
}

export interface Acted {
  readonly outcome: 'DONE' | 'ALREADY' | 'REFUSED' | 'UNKNOWN';
  readonly object: ShownJob | null;
  readonly errors: readonly ShownError[];
}

export interface PlanOption {
  readonly provider: { readonly key: string };
  readonly accepted: boolean;
  readonly verdicts: readonly ShownVerdict[];
  readonly notes: readonly string[];
  readonly errors: readonly ShownError[];
}

export interface BulkAnswer {
  readonly bulkId: string;
  readonly items: readonly {
    readonly outcome: string;
    readonly job: ShownJob;
    readonly error: ShownError | null;
  }[];
  readonly more: boolean;
  readonly sources: readonly {
    readonly provider: { readonly key: string };
    readonly outcome: string;
    readonly rows: number;
    readonly error: { readonly code: string } | null;
  }[];
}

export interface DetailedJob extends ShownJob {
  readonly tasks: {
    readonly nodes: readonly (ShownWork & { readonly environmentNames: readonly string[] })[];
    readonly sources: readonly {
      readonly outcome: string;
      readonly error: { readonly code: string } | null;
    }[];
  };
  readonly executions: { readonly sources: DetailedJob['tasks']['sources'] };
}

export interface JobPage {
  readonly nodes: readonly (ShownJob & { readonly tasks: DetailedJob['tasks'] })[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly sources: readonly { readonly provider: { readonly key: string }; readonly outcome: string }[];
}

interface PlanArguments {
  readonly candidates?: readonly string[];
  readonly projects?: readonly string[] | undefined;
  readonly extensions?: readonly object[];
}

export interface CancelJobsInput {
  readonly filter: JobFilter;
  readonly limit: number;
  readonly dryRun?: boolean;
  readonly bulkId?: string;
}

interface Answer<Data> {
  readonly data: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Asks a gateway to act, as any client over HTTP does. */
export class ActingClient {
  readonly gateway: TestGateway;
  #keys = 0;

  constructor(gateway: TestGateway) {
    this.gateway = gateway;
  }

  /** The whole answer, errors included. */
  async answer<Data>(query: string, variables: object = {}): Promise<Answer<Data>> {
    const response = await this.gateway.post(JSON.stringify({ query, variables }));
    return (await response.json()) as Answer<Data>;
  }

  /** The data of an answer that must have no errors. */
  async ask<Data>(query: string, variables: object = {}): Promise<Data> {
    const { data, errors } = await this.answer<Data>(query, variables);
    if (errors !== undefined || data === null) throw new Error(`refused: ${JSON.stringify(errors)}`);
    return data;
  }

  async submit(input: SubmitJobInput): Promise<Submitted> {
    return (await this.ask<{ submitJob: Submitted }>(SUBMIT, { input })).submitJob;
  }

  /** Submits with a key of its own; to Run:ai into its first project. Must be created. */
  async create(
    kind: SandboxKind,
    spec: TaskSpecInput,
    more: Partial<SubmitJobInput> = {},
  ): Promise<ShownJob> {
    this.#keys += 1;
    const input = await this.inputFor(kind, spec, {
      idempotencyKey: `create-${String(this.#keys)}`,
      ...more,
    });
    const { job, errors, outcome } = await this.submit(input);
    if (job === null) throw new Error(`${kind} did not create: ${outcome} ${JSON.stringify(errors)}`);
    return job;
  }

  /** An input that the provider takes: with a project where it must have one. */
  async inputFor(
    kind: SandboxKind,
    spec: TaskSpecInput,
    more: Partial<SubmitJobInput> & { readonly idempotencyKey: string },
  ): Promise<SubmitJobInput> {
    const project = kind === 'runai' ? await this.projectOf(kind) : undefined;
    return { provider: kind, spec, ...(project === undefined ? {} : { project }), ...more };
  }

  async projectOf(kind: SandboxKind): Promise<string> {
    const { projects } = await this.ask<{ projects: { nodes: { id: string }[] } }>(PROJECTS, {
      filter: { providers: [kind] },
    });
    const [first] = projects.nodes;
    if (first === undefined) throw new Error(`${kind} has no project`);
    return first.id;
  }

  async rerun(id: string, idempotencyKey: string, expectedRevision?: number): Promise<Submitted> {
    const input = { id, idempotencyKey, ...(expectedRevision === undefined ? {} : { expectedRevision }) };
    return (await this.ask<{ rerunJob: Submitted }>(RERUN, { input })).rerunJob;
  }

  async reconcile(provider: string, idempotencyKey: string): Promise<Submitted> {
    const input = { provider, idempotencyKey };
    return (await this.ask<{ reconcileSubmission: Submitted }>(RECONCILE, { input })).reconcileSubmission;
  }

  /** "cancelJob", "deleteTask" … */
  async act(field: string, id: string, more: { readonly expectedRevision?: number } = {}): Promise<Acted> {
    const kind = field.endsWith('Task') ? 'task' : 'job';
    return (await this.ask<{ answer: Acted }>(actionOn(kind, field), { input: { id, ...more } })).answer;
  }

  async plan(spec: TaskSpecInput, more: PlanArguments = {}): Promise<readonly PlanOption[]> {
    const { plan } = await this.ask<{ plan: { options: PlanOption[] } }>(PLAN, { spec, ...more });
    return plan.options;
  }

  async cancelJobs(input: CancelJobsInput): Promise<BulkAnswer> {
    return (await this.ask<{ cancelJobs: BulkAnswer }>(CANCEL_JOBS, { input })).cancelJobs;
  }

  /** Null when there is none any more. */
  async job(id: string): Promise<DetailedJob | null> {
    const { data, errors } = await this.answer<{ job: DetailedJob | null }>(JOB, { id });
    const code = errors?.[0]?.extensions?.code;
    if (errors !== undefined && code !== 'NOT_FOUND') throw new Error(`no job: ${JSON.stringify(errors)}`);
    return data?.job ?? null;
  }

  async page(first: number, more: { after?: string | null; filter?: JobFilter } = {}): Promise<JobPage> {
    return (await this.ask<{ jobs: JobPage }>(JOBS, { first, ...more })).jobs;
  }

  /** Every job, from page to page. */
  async walk(first: number, filter: JobFilter = {}): Promise<JobPage['nodes'][number][]> {
    const all: JobPage['nodes'][number][] = [];
    let after: string | null = null;
    for (;;) {
      const page: JobPage = await this.page(first, { after, filter });
      all.push(...page.nodes);
      if (!page.pageInfo.hasNextPage) return all;
      after = page.pageInfo.endCursor;
    }
  }

  /** Calls that reached the provider, tokens left out. */
  calls(kind: SandboxKind): readonly ReceivedCall[] {
    return emulatorOf(this.gateway, kind).calls.filter(({ path }) => !path.includes('token'));
  }

  /** The calls among them that can change something, by "METHOD /path". */
  writes(kind: SandboxKind): readonly string[] {
    return this.calls(kind)
      .filter(({ method, path }) => method !== 'GET' && !READS_BY_POST.test(path))
      .map(({ method, path }) => `${method} ${path}`);
  }

  resetCalls(): void {
    for (const emulator of this.gateway.sandbox.emulators.values()) emulator.resetCalls();
  }

  /** How many jobs there are at the provider itself. */
  count(kind: SandboxKind): number {
    return this.gateway.sandbox.world.site(kind).jobs.size;
  }

  /** Breaks the next calls that match. */
  break(kind: SandboxKind, match: string, effect: FaultEffect, times = 1): void {
    const { faults } = emulatorOf(this.gateway, kind);
    faults.set(`broken ${match}`, { match, times, effect });
  }

  mend(kind: SandboxKind): void {
    emulatorOf(this.gateway, kind).faults.clear();
  }
}

/** Searches that Qarnot takes as a POST, and states that Charity Engine does. */
const READS_BY_POST = /\/(search|paginate|paginated|summaries|job-query)\b/;
