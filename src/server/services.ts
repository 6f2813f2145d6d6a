import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { ActEvents } from '../act/act-event.ts';
import { Act } from '../act/act.ts';
import { auditTo, type AuditSink } from '../act/audit.ts';
import { DEFAULT_ACT_OPTIONS, type ActOptions } from '../act/caller.ts';
import { FileIntents } from '../act/file-intents.ts';
import type { IntentStore } from '../act/intent.ts';
import { MemoryIntents } from '../act/memory-intents.ts';
import { lockDirectory } from '../live/log/file/lock.ts';
import type { LoadedConfig } from '../config/config.ts';
import { RecentWrites } from '../merge/recent-writes.ts';
import type { Clock } from '../model/time.ts';
import type { ProviderRegistry } from '../providers/registry.ts';
import { openLive, type LiveServices } from './live-services.ts';
import { AuditFile, auditToLog } from './audit-log.ts';

/** What all operations of a process share. */
export interface Services {
  readonly act: Act;
  readonly recentWrites: RecentWrites;
  /** Null without subscriptions. */
  readonly live: LiveServices | null;
  /** Lets creates under way come to their end for `graceMs`, then interrupts them; what they leave unknown is kept. */
  close(graceMs?: number): Promise<void>;
}

export interface ServiceOptions {
  readonly providers: ProviderRegistry;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onFault: (fault: unknown) => void;
  readonly live?: LiveServices | null;
  /** Where intents are kept. Default: in memory. */
  readonly store?: IntentStore;
  readonly auditFile?: string | null;
  /** Told every audit line as well. */
  readonly alsoAudit?: AuditSink | undefined;
  readonly act?: Partial<ActOptions>;
}

const DEFAULT_GRACE_MS = 5_000;

/** Makes what all operations share. */
export function createServices(options: ServiceOptions): Services {
  const { providers, clock, log, onFault } = options;
  const leaving = new AbortController();
  const recentWrites = new RecentWrites(clock);
  const file = options.auditFile == null ? null : new AuditFile(options.auditFile, onFault);
  const sinks = [auditToLog(log), file, options.alsoAudit ?? null];
  const audit: AuditSink = auditTo(...sinks.filter((sink) => sink !== null));
  const act = new Act({
    providers,
    store: options.store ?? new MemoryIntents(clock),
    audit,
    events: new ActEvents(onFault),
    recentWrites,
    live: options.live?.own ?? null,
    clock,
    onFault,
    options: { ...DEFAULT_ACT_OPTIONS, ...options.act },
    leaving: leaving.signal,
  });
  return {
    act,
    recentWrites,
    live: options.live ?? null,
    close: async (graceMs = DEFAULT_GRACE_MS) => {
      const timer = setTimeout(() => leaving.abort(), graceMs);
      await act.close();
      clearTimeout(timer);
      leaving.abort();
      await file?.close();
      await options.live?.close();
    },
  };
}

/** Makes them as a configuration says, and takes up what an earlier process left. */
export async function openServices(
  config: Pick<LoadedConfig, 'data' | 'audit' | 'act' | 'live'>,
  deps: Pick<ServiceOptions, 'providers' | 'clock' | 'log' | 'onFault' | 'alsoAudit'>,
): Promise<Services> {
  const { directory } = config.data;
  const store = directory === null ? null : await openIntents(directory, deps.clock, deps.onFault);
  const live = await openLive({ ...deps, config: config.live, dataDirectory: directory });
  const services = createServices({
    ...deps,
    live,
    ...(store === null ? {} : { store }),
    auditFile: config.audit.file,
    act: { flightMs: config.act.timeoutMs, maxBulk: config.act.maxBulk },
  });
  await services.act.start();
  return services;
}

/** The intents of a data directory, for this process alone. */
export async function openIntents(
  directory: string,
  clock: Clock,
  onFault: (fault: unknown) => void,
): Promise<IntentStore> {
  const own = join(directory, 'intents');
  await mkdir(own, { recursive: true, mode: 0o700 });
  const lock = await lockDirectory(own, () => onFault(new Error(`another process took ${own}`)));
  try {
    const store = await FileIntents.open(join(own, 'intents.jsonl'), clock);
    const close = store.close.bind(store);
    store.close = async () => {
      await close();
      await lock.release();
    };
    return store;
  } catch (error) {
    await lock.release();
    throw error;
  }
}
