import type { ProviderKey } from '../../model/ids.ts';
import type { Clock } from '../../model/time.ts';
import type { StatusApi } from './api.ts';
import type { KnownJobs } from './known-jobs.ts';
import type { CharityEngineSettings } from './settings.ts';
import type { StatusReader } from './status-reader.ts';

/** What every part of the adapter works with. */
export interface Connection {
  readonly provider: ProviderKey;
  readonly settings: CharityEngineSettings;
  readonly clock: Clock;
  readonly api: StatusApi;
  readonly reader: StatusReader;
  readonly known: KnownJobs;
}
