import type { NativeKey, ProviderKey } from '../../model/ids.ts';
import type { ProjectRecord, QuotaLine } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import { isWire, listOf, numberOf, textOf, wireOf, type Wire } from '../reading.ts';
import { DEFAULT_PROJECT, projectKey } from './keys.ts';
import { guidOf } from './wire.ts';

/** The projects of an account, and which of them takes what names no project. */
export interface Projects {
  readonly records: readonly ProjectRecord[];
  /** Null when the account has projects but marks none as its default. */
  readonly defaultKey: NativeKey | null;
}

/**
 * Projects from the account information. Services older than spring 2026 have none: the account itself is then the one
 * project, under the key `default`. Quotas sit on the account, so the default project alone shows them.
 */
export function projectsOf(provider: ProviderKey, account: Wire, observedAt: EpochMs): Projects {
  const rows = new Map<string, Wire>();
  for (const row of listOf(account['projects']).filter(isWire)) {
    const uuid = guidOf(row['uuid']);
    if (uuid !== null) rows.set(uuid, row);
  }
  const base = { kind: 'project', provider, observedAt, parentKey: null } as const;
  if (rows.size === 0) {
    const record: ProjectRecord = {
      ...base,
      key: DEFAULT_PROJECT,
      nativeRef: { type: 'account', id: 'default' },
      name: 'default',
      origin: 'DEFAULT',
      description: null,
      quota: quotaOf(account),
    };
    return { records: [record], defaultKey: DEFAULT_PROJECT };
  }
  const main = defaultOf(rows);
  const records = [...rows].map(([uuid, row]): ProjectRecord => ({
    ...base,
    key: projectKey(uuid),
    nativeRef: { type: 'project', id: uuid },
    name: textOf(row['name']) ?? textOf(row['slug']) ?? uuid,
    origin: 'NATIVE',
    description: textOf(row['description']),
    quota: uuid === main ? quotaOf(account) : [],
  }));
  return { records, defaultKey: main === null ? null : projectKey(main) };
}

/** `isDefault` may be missing; the Python SDK then takes the slug `default`. */
function defaultOf(rows: ReadonlyMap<string, Wire>): string | null {
  const marked = [...rows].find(([, row]) => row['isDefault'] === true);
  return (marked ?? [...rows].find(([, row]) => row['slug'] === 'default'))?.[0] ?? null;
}

const ACCOUNT_LINES: readonly (readonly [name: string, limit: string, used: string])[] = [
  ['account.tasks', 'maxTask', 'taskCount'],
  ['account.runningTasks', 'maxRunningTask', 'runningTaskCount'],
  ['account.jobs', 'maxJob', 'jobCount'],
  ['account.pools', 'maxPool', 'poolCount'],
  ['account.runningPools', 'maxRunningPool', 'runningPoolCount'],
  ['account.instances', 'maxInstances', 'runningInstanceCount'],
  ['account.cores', 'maxCores', 'runningCoreCount'],
  ['account.bucketBytes', 'quotaBytesBucket', 'usedQuotaBytesBucket'],
];

function quotaOf(account: Wire): QuotaLine[] {
  const lines = ACCOUNT_LINES.map(([name, limit, used]) => line(name, account[limit], account[used]));
  const quotas = wireOf(account['computingQuotas']);
  for (const owner of ['user', 'organization']) {
    const plans = wireOf(quotas[owner]);
    lines.push(
      ...planLines(`${owner}.flex`, plans['flex']),
      ...planLines(`${owner}.onDemand`, plans['onDemand']),
    );
    for (const reservation of listOf(plans['reserved']).map(wireOf)) {
      const name = textOf(reservation['reservationName']) ?? textOf(reservation['machineKey']) ?? 'unnamed';
      lines.push(...planLines(`${owner}.reserved.${name}`, reservation));
    }
  }
  return lines.filter(({ limit, used }) => limit !== null || used !== null);
}

/** The document writes `runningCoreCount`; every SDK reads `runningCoresCount`. */
function planLines(name: string, value: unknown): QuotaLine[] {
  const plan = wireOf(value);
  return [
    line(
      `${name}.instances`,
      plan['maxInstances'],
      plan['runningInstancesCount'] ?? plan['runningInstanceCount'],
    ),
    line(`${name}.cores`, plan['maxCores'], plan['runningCoresCount'] ?? plan['runningCoreCount']),
  ];
}

function line(name: string, limit: unknown, used: unknown): QuotaLine {
  return { name, limit: numberOf(limit), used: numberOf(used) };
}
