import type { NativeKey, ProviderKey } from '../../model/ids.ts';
import type { ProjectRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { ListPage, ListQuery } from '../provider.ts';
import { NOTHING_DROPPED } from '../reading.ts';
import type { Connection } from './connection.ts';
import { decodeNamePosition } from './position.ts';

/** The account, under the name the operator gave it. Never made of the credential, not even of a hash of it. */
export function projectKeyOf({ account }: { readonly account: string }): NativeKey {
  return account as NativeKey;
}

/** The one project: the account that the credential belongs to. The service has no projects. */
export function projectRecord(provider: ProviderKey, account: string, observedAt: EpochMs): ProjectRecord {
  return {
    kind: 'project',
    provider,
    key: projectKeyOf({ account }),
    nativeRef: { type: 'account', id: account },
    name: account,
    observedAt,
    origin: 'DEFAULT',
    parentKey: null,
    description: null,
    quota: [],
  };
}

/** A list of one, made here without a call. */
export function listProjects(
  { provider, settings, clock }: Connection,
  { after, order }: ListQuery,
): ListPage<'project'> {
  const record = projectRecord(provider, settings.account, clock.now());
  const position = JSON.stringify([record.name]);
  const from = after === null ? null : decodeNamePosition(after);
  const isPast = from === null || (order.direction === 'ASC' ? record.name > from : record.name < from);
  return {
    rows: isPast ? [{ record, orderKey: [record.name, record.key], position }] : [],
    endPosition: isPast ? position : after,
    hasMore: false,
    pushedDown: [],
    dropped: NOTHING_DROPPED,
    observedAt: record.observedAt,
    notes: [],
  };
}
