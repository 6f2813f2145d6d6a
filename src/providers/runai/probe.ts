import { GridweaveError } from '../../model/errors.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { ProbeResult } from '../provider.ts';
import { isWire, textOf, wireOf } from '../reading.ts';
import { statusOf, type NativePage } from './api.ts';
import { clusterConditions, isOurs, outcome, type Connection } from './connection.ts';
import { timeCondition, type PageAsk } from './query.ts';

const ONE_ROW: PageAsk = { conditions: [], offset: 0, limit: 1 };

/**
 * Reads one row of each kind, which shows what the credential may do, and tries what versions differ in. Five calls at
 * most, none with a side effect. The control plane does not tell its version; its clusters tell theirs, which may lag.
 */
export async function probe(connection: Connection, ctx: CallContext): Promise<ProbeResult> {
  const { api, clock, release } = connection;
  const startedAt = clock.now();
  let latencyMs: number | null = null;
  // The clusters first: with client credentials, this call also gets the token for the others.
  const clusters = await outcome(async () => {
    const answer = await api.clusters(ctx, 0);
    latencyMs = Math.max(0, clock.now() - startedAt);
    return answer;
  });
  const [workloads, projects, nodes] = await Promise.all([
    outcome(() => probeWorkloads(connection, ctx)),
    outcome(() => api.projects({ ...ONE_ROW, conditions: clusterConditions(connection) }, ctx, 0)),
    outcome(() => api.nodes(ONE_ROW, ctx)),
  ]);
  const noTenantNodes = statusOf(nodes) === 404;
  if (noTenantNodes) release.lacks('tenantNodes');
  else if (!(nodes instanceof GridweaveError)) release.has('tenantNodes');

  const failures = [clusters, workloads, projects, nodes].filter(
    (result) => result instanceof GridweaveError,
  );
  const known = clusters instanceof GridweaveError ? [] : clustersIn(clusters, connection);
  const absent = known.length === 0 && !(clusters instanceof GridweaveError) && connection.settings.cluster !== undefined; // prettier-ignore
  const missingCluster = absent
    ? new GridweaveError('NOT_FOUND', `Provider "${connection.provider}" has no cluster with the uuid in its settings.`, { provider: connection.provider }) // prettier-ignore
    : null;
  return {
    reachable: failures.length < 4 || failures.some((error) => error.details.upstream?.status !== undefined),
    version: newestOf(known),
    latencyMs,
    permissions: [
      { name: 'read jobs', allowed: allowed(workloads) },
      { name: 'read projects', allowed: allowed(projects) },
      // Before 2.23 nodes are read cluster by cluster.
      { name: 'read nodes', allowed: noTenantNodes ? allowed(clusters) : allowed(nodes) },
      { name: 'read clusters', allowed: allowed(clusters) },
    ],
    // Without workloads this connection is of no use; without the others it still is.
    problem: [workloads, missingCluster].find((result) => result instanceof GridweaveError) ?? null,
    notes: notesOn(connection, known),
  };
}

/** Whether workloads can be read, and asked for by the time of their phase (since 2.21). */
async function probeWorkloads({ api, release }: Connection, ctx: CallContext): Promise<NativePage> {
  if (!release.may('phaseDeltas')) return api.workloads(ONE_ROW, ctx);
  const ask = {
    ...ONE_ROW,
    conditions: [timeCondition('phaseUpdatedAt', '>=', 0)],
    sortBy: 'phaseUpdatedAt',
  };
  const answer = await outcome(() => api.workloads(ask, ctx));
  if (!(answer instanceof GridweaveError)) {
    release.has('phaseDeltas');
    return answer;
  }
  // An unknown field should be answered with 400; no list documents it.
  if (statusOf(answer) !== 400) throw answer;
  release.lacks('phaseDeltas');
  return api.workloads(ONE_ROW, ctx);
}

function allowed(result: unknown): boolean | null {
  if (!(result instanceof GridweaveError)) return true;
  return result.code === 'FORBIDDEN' || result.code === 'UNAUTHENTICATED' ? false : null;
}

interface Cluster {
  readonly name: string;
  readonly version: string | null;
  readonly state: string | null;
}

function clustersIn({ rows }: NativePage, connection: Connection): Cluster[] {
  return rows.filter(isWire).filter((row) => isOurs(connection, textOf(row['uuid']))).map((row) => ({
    name: textOf(row['name']) ?? 'unnamed',
    version: textOf(row['version']),
    state: textOf(wireOf(row['status'])['state']),
  })); // prettier-ignore
}

function newestOf(clusters: readonly Cluster[]): string | null {
  return clusters
    .map(({ version }) => version)
    .filter((version) => version !== null)
    .reduce<string | null>((newest, version) => (newest === null || compareVersions(version, newest) > 0 ? version : newest), null); // prettier-ignore
}

function compareVersions(a: string, b: string): number {
  const numbers = (text: string): number[] => (text.match(/\d+/g) ?? []).map(Number);
  const [left, right] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function notesOn({ release, settings }: Connection, clusters: readonly Cluster[]): string[] {
  const notes = clusters
    .filter(({ state }) => state !== null && state !== 'Connected')
    .map(
      ({ name, state }) => `Cluster "${name}" is ${String(state)}: the states of its workloads may be stale.`,
    );
  if (settings.version !== undefined) return notes;
  const [deltas, nodes] = [release.may('phaseDeltas'), release.may('tenantNodes')];
  const answers = deltas ? (nodes ? '2.23 or later' : '2.21 or 2.22') : 'a version before 2.21';
  return [...notes, `The control plane answers like ${answers}.`];
}
