import type { ProviderKey } from '../../src/model/ids.ts';
import { epochMs, type EpochMs } from '../../src/model/time.ts';
import type { AdapterDeps, ProviderAdapter } from '../../src/providers/provider.ts';
import { runai } from '../../src/providers/runai/index.ts';
import type { RunaiSettings } from '../../src/providers/runai/settings.ts';
import type { CallContext, Upstream, UpstreamRequest, UpstreamResponse } from '../../src/upstream/types.ts';

/**
 * A small model of Run:ai's control plane for the adapter's own tests: it answers `Upstream` calls from rows held here,
 * with the freedoms the reference leaves to the service (order within one time, fractions it does not print, whether a
 * full last page says that there is more). It knows nothing of the emulator.
 */
export type Wire = Record<string, unknown>;

export const T0 = Date.UTC(2026, 2, 2, 9, 0, 0);
export const CLUSTER = 'c1000000-0000-4000-8000-000000000001';

export function uuid(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

interface Held {
  readonly wire: Wire;
  /** What the service sorts and filters by, beside what it prints. */
  readonly kept: Readonly<Record<string, number>>;
  /** Order among rows of one time: arbitrary, but stable. */
  readonly tie: number;
}

type Collection = 'workloads' | 'pods';

/** How one version of the control plane answers. */
export interface Release {
  readonly minor: number;
}

export class RunaiService implements Upstream {
  readonly provider = 'r' as ProviderKey;
  /** `METHOD path?query` of every call, decoded. */
  readonly calls: string[] = [];
  minor = 24;
  nodes: unknown[] = [];
  nodePools: unknown[] = [];
  projects: unknown[] = [];
  departments: unknown[] = [];
  clusters: unknown[] = [{ uuid: CLUSTER, name: 'c1', version: '2.24.3', status: { state: 'Connected' } }];
  telemetry: Record<string, unknown> = {};
  /** Answers by path, in place of the model's own. */
  readonly scripted = new Map<string, Partial<UpstreamResponse>>();
  /** Runs before every answer: where rows come and go. */
  onCall: (() => void) | null = null;
  /** Rows on one page at most, whatever is asked for. */
  maxPage = 500;
  /** Whether a full last page says that there is more. */
  saysMoreWhenFull = false;
  /** Whether times are printed to the second only. */
  printsSeconds = false;
  /** The gateway's clock, and when answers arrive. */
  now = T0 + 3_600_000;
  readonly #held: Record<Collection, Map<string, Held>> = { workloads: new Map(), pods: new Map() };

  putWorkload(id: string, createdMs: number, wire: Wire = {}): void {
    const phaseMs = typeof wire['phaseMs'] === 'number' ? wire['phaseMs'] : createdMs;
    const time = (ms: number): string => this.#print(ms);
    const base = {
      tenantId: 1042,
      id,
      type: 'Training',
      category: 'Train',
      name: `work-${id.slice(-4)}`,
      clusterId: CLUSTER,
      projectId: '33',
      projectName: 'vision',
      departmentId: '4',
      departmentName: 'research',
      namespace: 'runai-vision',
      createdAt: time(createdMs),
      updatedAt: time(phaseMs),
      phaseUpdatedAt: time(phaseMs),
      phase: 'Running',
      k8sPhase: 'Running',
      deletedAt: null,
      completedAt: null,
      conditions: [],
      runningPods: 1,
      actionsSupport: { delete: true, suspend: true },
    };
    const { phaseMs: _, ...rest } = wire;
    this.#put('workloads', id, { ...base, ...rest }, { createdAt: createdMs, phaseUpdatedAt: phaseMs });
  }

  putPod(id: string, workloadId: string, createdMs: number, wire: Wire = {}): void {
    const base = {
      id,
      name: `pod-${id.slice(-4)}`,
      workloadId,
      clusterId: CLUSTER,
      createdAt: this.#print(createdMs),
      k8sPhase: 'Running',
      k8sPhaseUpdatedAt: this.#print(createdMs),
      updatedAt: this.#print(createdMs),
      completedAt: null,
      nodeName: 'dgx-01',
      containers: [{ name: 'main', image: 'acme/seg:6', startedAt: this.#print(createdMs + 1000) }],
    };
    this.#put('pods', id, { ...base, ...wire }, { createdAt: createdMs });
  }

  #put(collection: Collection, id: string, wire: Wire, kept: Record<string, number>): void {
    const tie = (Number.parseInt(id.slice(-6), 16) * 2_654_435_761) % 4_294_967_296;
    this.#held[collection].set(id, { wire, kept, tie });
  }

  #print(ms: number): string {
    const shown = this.printsSeconds ? Math.floor(ms / 1000) * 1000 : Math.floor(ms);
    return new Date(shown).toISOString();
  }

  remove(collection: Collection, id: string): void {
    this.#held[collection].delete(id);
  }

  ids(collection: Collection): string[] {
    return [...this.#held[collection].keys()];
  }

  async send(request: UpstreamRequest, ctx: CallContext): Promise<UpstreamResponse> {
    ctx.budget.take();
    this.onCall?.();
    const [path = '', query = ''] = request.path.path.split('?');
    this.calls.push(`${request.method} ${decodeURIComponent(request.path.path)}`);
    const answer = this.scripted.get(path) ?? this.#answer(path, paramsOf(query));
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: null,
      receivedAt: epochMs(this.now),
      ...answer,
    };
  }

  #answer(path: string, params: Map<string, string[]>): Partial<UpstreamResponse> {
    const one = /^\/api\/v1\/workloads\/([^/]+)$/.exec(path)?.[1];
    const podsOf = /^\/api\/v1\/workloads\/([^/]+)\/pods$/.exec(path)?.[1];
    if (path === '/api/v1/workloads') return this.#list('workloads', 'workloads', params);
    if (path === '/api/v1/workloads/pods') return this.#list('pods', 'pods', params);
    if (podsOf !== undefined) {
      if (!this.#held.workloads.has(podsOf)) return NOT_FOUND;
      params.set('filterBy', [`workloadId==${podsOf}`]);
      return this.#list('pods', 'pods', params);
    }
    if (one !== undefined) {
      const row = this.#held.workloads.get(one);
      return row === undefined ? NOT_FOUND : { body: row.wire };
    }
    if (path === '/api/v1/clusters') return { body: this.clusters };
    if (path === '/api/v1/nodes')
      return this.minor < 23 ? NOT_FOUND : this.#plain('nodes', this.nodes, params);
    if (/^\/api\/v1\/clusters\/[^/]+\/nodes$/.test(path)) {
      const cluster = path.split('/')[4];
      const own = this.nodes.filter((node) => (node as Wire)['clusterUuid'] === cluster);
      return this.#plain('nodes', own, params);
    }
    if (path === '/api/v1/node-pools') return this.#plain('nodepools', this.nodePools, params);
    if (path === '/api/v1/org-unit/projects') return this.#plain('projects', this.projects, params);
    if (path === '/api/v1/org-unit/departments') return this.#plain('departments', this.departments, params);
    const project = /^\/api\/v1\/org-unit\/projects\/([^/]+)$/.exec(path)?.[1];
    if (project !== undefined) {
      const found = this.projects.find((row) => (row as Wire)['id'] === project);
      return found === undefined ? NOT_FOUND : { body: found };
    }
    if (path === '/api/v1/nodes/telemetry') {
      const type = params.get('telemetryType')?.[0] ?? '';
      const values = this.telemetry[type];
      return values === undefined
        ? NOT_FOUND
        : { body: { type, timestamp: '2026-03-02 09:00:05.100', values } };
    }
    return NOT_FOUND;
  }

  /** Lists that never say that there is more. */
  #plain(member: string, rows: readonly unknown[], params: Map<string, string[]>): Partial<UpstreamResponse> {
    const offset = Number(params.get('offset')?.[0] ?? 0);
    const limit = Number(params.get('limit')?.[0] ?? 50);
    const matching = rows.filter((row) => conditionsHold(params, { wire: row as Wire, kept: {}, tie: 0 }));
    return { body: { [member]: matching.slice(offset, offset + limit) } };
  }

  #list(collection: Collection, member: string, params: Map<string, string[]>): Partial<UpstreamResponse> {
    const offset = Number(params.get('offset')?.[0] ?? 0);
    const limit = Number(params.get('limit')?.[0] ?? 50);
    if (limit < 1 || limit > 500) return refusal(400, 'limit is out of range');
    const sortBy = params.get('sortBy')?.[0] ?? 'createdAt';
    const fields = [...(params.get('filterBy') ?? []).map((part) => /^\w+/.exec(part)?.[0] ?? ''), sortBy];
    if (fields.length > 11) return refusal(400, 'too many conditions');
    const known = collection === 'pods' ? POD_FIELDS : WORKLOAD_FIELDS;
    const unknown = fields.find((field) => !known.includes(field) || (field === 'phaseUpdatedAt' && this.minor < 21)); // prettier-ignore
    if (unknown !== undefined) return refusal(400, `unknown field ${unknown}`);
    const sign = params.get('sortOrder')?.[0] === 'desc' ? -1 : 1;
    const wantsDeleted = params.get('deleted')?.[0] === 'true';
    const rows = [...this.#held[collection].values()]
      .filter(
        (row) => (row.wire['deletedAt'] !== null && row.wire['deletedAt'] !== undefined) === wantsDeleted,
      )
      .filter((row) => conditionsHold(params, row))
      .sort((a, b) => sign * (timeOf(a, sortBy) - timeOf(b, sortBy)) || a.tie - b.tie);
    const page = rows.slice(offset, offset + Math.min(limit, this.maxPage));
    const end = offset + page.length;
    const more = end < rows.length || (this.saysMoreWhenFull && page.length === limit);
    return { body: { [member]: page.map((row) => row.wire), ...(more ? { next: end } : {}) } };
  }

  openSocket(): Promise<never> {
    return Promise.reject(new Error('Run:ai has no sockets'));
  }

  get health(): Upstream['health'] {
    return { breaker: 'CLOSED', retryAt: null, lastSuccessAt: null, lastFailureAt: null, latencyMs: null };
  }

  fingerprint(): string {
    return 'f';
  }

  async close(): Promise<void> {}
}

const POD_FIELDS = ['clusterId', 'workloadId', 'nodeName', 'createdAt', 'completedAt', 'deletedAt'];
const WORKLOAD_FIELDS = [
  'type',
  'name',
  'clusterId',
  'projectId',
  'projectName',
  'departmentId',
  'departmentName',
  'createdAt',
  'deletedAt',
  'submittedBy',
  'phase',
  'completedAt',
  'distributedFramework',
  'phaseUpdatedAt',
];
const NOT_FOUND = refusal(404, 'not found');

export function refusal(code: number, message: string): Partial<UpstreamResponse> {
  return { status: code, body: JSON.stringify({ code, message }) };
}

/** As the specification has it: one value per name, lists joined by commas. */
function paramsOf(query: string): Map<string, string[]> {
  return new Map(
    query.split('&').map((pair) => {
      const [name = '', value = ''] = pair.split('=');
      return [name, value.split(',').map(decodeURIComponent)];
    }),
  );
}

function timeOf({ wire, kept }: Held, field: string): number {
  return kept[field] ?? Date.parse(String(wire[field]));
}

function conditionsHold(params: Map<string, string[]>, row: Held): boolean {
  return (params.get('filterBy') ?? []).every((part) => {
    const [, field = '', operator = '', value = ''] = /^(\w+)(==|!=|<=|>=|=\^)(.+)$/.exec(part) ?? [];
    const actual = row.wire[field];
    switch (operator) {
      case '==':
        return actual === value;
      case '!=':
        return actual !== value;
      case '=^':
        return String(actual).toLowerCase().startsWith(value.toLowerCase());
      case '<=':
        return actual !== null && timeOf(row, field) <= Date.parse(value);
      case '>=':
        return actual !== null && timeOf(row, field) >= Date.parse(value);
      default:
        throw new Error(`the model does not know ${part}`);
    }
  });
}

export function adapterOf(
  upstream: Upstream & { now?: number },
  settings: Record<string, unknown> = {},
): ProviderAdapter {
  const deps: AdapterDeps<RunaiSettings> = {
    provider: upstream.provider,
    upstream,
    settings: runai.settingsSchema.parse(settings),
    clock: { now: (): EpochMs => epochMs(upstream.now ?? Date.now()) },
  };
  return runai.create(deps);
}

export function callContext(limit = 10_000): CallContext {
  let spent = 0;
  return {
    signal: new AbortController().signal,
    deadlineAt: epochMs(T0 + 7_200_000),
    budget: {
      take: () => {
        spent += 1;
        if (spent > limit) throw new Error('the test spends too many calls');
      },
      get spent() {
        return spent;
      },
      limit,
    },
  };
}
