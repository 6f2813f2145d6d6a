import type { ProviderKey } from '../../src/model/ids.ts';
import { epochMs, type EpochMs } from '../../src/model/time.ts';
import type { AdapterDeps, ProviderAdapter } from '../../src/providers/provider.ts';
import { qarnot } from '../../src/providers/qarnot/index.ts';
import type { QarnotSettings } from '../../src/providers/qarnot/settings.ts';
import type { CallContext, Upstream, UpstreamRequest, UpstreamResponse } from '../../src/upstream/types.ts';

/**
 * A small model of Qarnot's service for the adapter's own tests: it answers `Upstream` calls from rows held here, with
 * the freedoms the reference leaves to the service (order within a second, fractions it does not print, what a token
 * means, a page size of its own). It knows nothing of the emulator.
 */
export type Wire = Record<string, unknown>;
export type Collection = 'tasks' | 'jobs' | 'pools';

interface Held {
  readonly wire: Wire;
  /** What the service sorts and filters by; `creationDate` shows its whole second. */
  readonly createdMs: number;
  /** Order among rows of one instant: arbitrary, but stable. */
  readonly tie: number;
}

export interface RecordedCall {
  readonly method: string;
  readonly path: string;
  readonly body: Wire;
}

export const T0 = Date.UTC(2026, 2, 2, 9, 0, 0);

export function uuid(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

export function iso(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

export class QarnotService implements Upstream {
  readonly provider = 'q' as ProviderKey;
  readonly calls: RecordedCall[] = [];
  account: unknown = { email: 'dev@example.org' };
  versions: unknown = [{ version: 'v1.0', endOfLife: null }];
  /** Answers by `METHOD path`, in place of the model's own. */
  readonly scripted = new Map<string, Partial<UpstreamResponse>>();
  readonly outputs = new Map<string, Partial<UpstreamResponse>>();
  /** Runs before every answer: where rows come and go. */
  onCall: (() => void) | null = null;
  maxPage = 1000;
  tokens: 'document' | 'offset' = 'document';
  /** Whether times are told to the millisecond, which the reference calls unusual. */
  showsFractions = false;
  /** The gateway's clock, and when answers arrive. */
  now = T0 + 3_600_000;
  readonly #held: Record<Collection, Map<string, Held>> = {
    tasks: new Map(),
    jobs: new Map(),
    pools: new Map(),
  };

  put(collection: Collection, id: string, createdMs: number, wire: Wire = {}): void {
    const date = this.showsFractions ? new Date(createdMs).toISOString() : iso(createdMs);
    const state = collection === 'jobs' ? 'Active' : collection === 'pools' ? 'FullyExecuting' : 'Success';
    const base = {
      uuid: id,
      name: `${collection}-${id.slice(-4)}`,
      state,
      creationDate: date,
      lastModified: date,
    };
    const tie = (Number.parseInt(id.slice(-6), 16) * 2_654_435_761) % 4_294_967_296;
    this.#held[collection].set(id, { wire: { ...base, ...wire }, createdMs, tie });
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
    const path = request.path.path;
    const body = JSON.parse(JSON.stringify(request.body ?? {})) as Wire;
    this.calls.push({ method: request.method, path, body });
    const answer = this.scripted.get(`${request.method} ${path}`) ?? this.#answer(path, body);
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: null,
      receivedAt: epochMs(this.now),
      ...answer,
    };
  }

  #answer(path: string, body: Wire): Partial<UpstreamResponse> {
    const [, first = '', action = ''] = path.split('/');
    if (first === 'info') return { body: this.account };
    if (first === 'versions') return { body: this.versions };
    if (action === 'paginate' && first in this.#held) return { body: this.#page(first as Collection, body) };
    if (action === 'search' && first in this.#held) {
      const rows = this.#matching(first as Collection, body['filter']);
      return { body: rows.slice(0, Number(body['maximumResults'])).map((row) => row.wire) };
    }
    return this.outputs.get(path) ?? { status: 404, body: '{"message":"No such thing"}' };
  }

  #page(collection: Collection, body: Wire): Wire {
    const sign = body['orderType'] === 'DESC' ? -1 : 1;
    const rows = this.#matching(collection, body['filter']).sort(
      (a, b) => sign * (a.createdMs - b.createdMs) || a.tie - b.tie,
    );
    const token = typeof body['token'] === 'string' ? (JSON.parse(body['token']) as number[]) : null;
    let from = 0;
    if (token !== null && this.tokens === 'offset') from = token[0] ?? 0;
    if (token !== null && this.tokens === 'document') {
      const [ms = 0, tie = 0] = token;
      from = rows.findIndex((row) => (sign * (row.createdMs - ms) || row.tie - tie) > 0);
      if (from < 0) from = rows.length;
    }
    const page = rows.slice(from, from + Math.min(Number(body['maximumResults']), this.maxPage));
    const last = page.at(-1);
    const isTruncated = from + page.length < rows.length && last !== undefined;
    const next = this.tokens === 'offset' ? [from + page.length] : [last?.createdMs, last?.tie];
    return {
      data: page.map((row) => row.wire),
      count: page.length,
      total: rows.length,
      isTruncated,
      nextToken: isTruncated ? JSON.stringify(next) : null,
    };
  }

  #matching(collection: Collection, filter: unknown): Held[] {
    return [...this.#held[collection].values()].filter((row) => matches(row, filter as Wire | null));
  }

  openSocket(): Promise<never> {
    return Promise.reject(new Error('Qarnot has no sockets'));
  }

  get health(): Upstream['health'] {
    return { breaker: 'CLOSED', retryAt: null, lastSuccessAt: null, lastFailureAt: null, latencyMs: null };
  }

  fingerprint(): string {
    return 'f';
  }

  async close(): Promise<void> {}
}

function matches(row: Held, filter: Wire | null): boolean {
  if (filter === null || filter === undefined) return true;
  const { operator } = filter;
  const parts = (filter['filters'] ?? []) as Wire[];
  if (operator === 'And') return parts.every((part) => matches(row, part));
  if (operator === 'Or') return parts.some((part) => matches(row, part));
  const field = String(filter['field']);
  const actual =
    field === 'CreationDate' ? row.createdMs : row.wire[field.charAt(0).toLowerCase() + field.slice(1)];
  const wanted = filter['value'];
  const asTime = (value: unknown): number => (typeof value === 'number' ? value : Date.parse(String(value)));
  switch (operator) {
    case 'In':
      return (filter['values'] as unknown[]).includes(actual);
    case 'LessThan':
      return asTime(actual) < asTime(wanted);
    case 'GreaterThanOrEqual':
      return asTime(actual) >= asTime(wanted);
    case 'Like':
      return new RegExp(String(wanted).slice(1, -1), 'i').test(String(actual));
    default:
      throw new Error(`the model does not know ${String(operator)}`);
  }
}

export function adapterOf(upstream: QarnotService, settings: Partial<QarnotSettings> = {}): ProviderAdapter {
  const deps: AdapterDeps<QarnotSettings> = {
    provider: upstream.provider,
    upstream,
    settings: qarnot.settingsSchema.parse(settings),
    clock: { now: (): EpochMs => epochMs(upstream.now) },
  };
  return qarnot.create(deps);
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
