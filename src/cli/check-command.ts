import { schema } from '../graph/schema.ts';
import { systemClock } from '../model/time.ts';
import { PROVIDER_KINDS } from '../providers/kinds.ts';
import { printConfig } from '../config/print.ts';
import { openProviders } from '../server/open-providers.ts';
import { trustDocuments } from '../server/persisted/trusted-documents.ts';
import { runCheck } from './check.ts';
import { createLogger } from './logger.ts';
import { probeTargets } from './probe-targets.ts';
import { readConfig } from './serve.ts';

export interface CheckOptions {
  readonly config?: string | undefined;
  readonly printConfig?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** Validates the configuration and probes every provider. Answers with the exit code. */
export async function check(options: CheckOptions): Promise<number> {
  const config = readConfig(options);
  if (options.printConfig === true) {
    process.stdout.write(printConfig(config));
    return 0;
  }
  trustDocuments(config, schema);
  const log = await createLogger({ level: 'silent' });
  const open = await openProviders(config, { kinds: PROVIDER_KINDS, clock: systemClock, log });
  try {
    return await runCheck({
      providers: open.providers.all.flatMap(probeTargets),
      json: options.json === true,
    });
  } finally {
    await open.close();
  }
}
