import type { LoadedConfig } from '../config/config.ts';
import { ConfigError } from '../config/problem.ts';
import { schema } from '../graph/schema.ts';
import { systemClock } from '../model/time.ts';
import { PROVIDER_KINDS } from '../providers/kinds.ts';
import { openProviders } from '../server/open-providers.ts';
import { trustDocuments } from '../server/persisted/trusted-documents.ts';
import { checkConfigFile, checkData, checkSecrets } from './doctor/file-checks.ts';
import { fail, ok, warn, type Finding } from './doctor/finding.ts';
import { checkKeySet, checkNetwork } from './doctor/network-checks.ts';
import { checkNode, checkOpenFiles } from './doctor/process-checks.ts';
import { checkProbe } from './doctor/provider-checks.ts';
import { formatFindings, formatFindingsJson, isHealthy } from './doctor/report.ts';
import { createLogger } from './logger.ts';
import { probeTargets } from './probe-targets.ts';
import { readConfig } from './serve.ts';

export interface DoctorOptions {
  readonly config?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Looks at everything the gateway needs, changes nothing, and prints what it found. Answers with the exit code. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const findings = await examine(options);
  const colour = process.stdout.isTTY && process.stdout.hasColors();
  process.stdout.write(options.json === true ? formatFindingsJson(findings) : formatFindings(findings, colour)); // prettier-ignore
  return isHealthy(findings) ? 0 : 1;
}

async function examine(options: DoctorOptions): Promise<Finding[]> {
  let config: LoadedConfig;
  try {
    config = readConfig(options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [checkNode(), fail('config', options.config ?? 'gridweave.yaml', error.toString(), 'Correct the file; the others are looked at then.')]; // prettier-ignore
  }
  const parts = await Promise.all([
    checkOpenFiles(config).then((finding) => [finding]),
    checkConfigFile(config),
    checkSecrets(config),
    checkData(config),
    checkIssuers(config),
    checkProviders(config),
  ]);
  return [checkNode(), ...aboutConfig(config), ...checkManifests(config), ...parts.flat()];
}

function aboutConfig({ source, warnings }: LoadedConfig): Finding[] {
  const subject = source.kind === 'file' ? source.path : 'none';
  const read = source.kind === 'none' ? 'There is no file: the sandbox is meant.' : 'It can be read, and every key is right.'; // prettier-ignore
  return [
    ok('config', subject, read),
    ...warnings.map((warning) => warn('config', subject, warning, 'See docs/configuration.md.')),
  ];
}

/** Whether every trusted document can be run. That the manifests can be read was found out by loading the configuration. */
function checkManifests(config: LoadedConfig): Finding[] {
  if (config.operations.manifests.length === 0) return [];
  try {
    const { size } = trustDocuments(config, schema);
    return [ok('manifests', 'operations', `${String(size)} trusted documents, and all fit the schema.`)];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ path, message, fix }) => fail('manifests', path, message, fix));
  }
}

function checkIssuers({ auth }: LoadedConfig): Promise<Finding[]> {
  const remote = (auth?.issuers ?? []).flatMap(({ name, keys }) => ('url' in keys ? [{ name, url: keys.url }] : [])); // prettier-ignore
  return Promise.all(remote.map(({ name, url }) => checkKeySet(name, url)));
}

async function checkProviders(config: LoadedConfig): Promise<Finding[]> {
  const log = await createLogger({ level: 'silent' });
  const open = await openProviders(config, { kinds: PROVIDER_KINDS, clock: systemClock, log });
  const urls = new Map(config.providers.map(({ key, upstream }) => [key, upstream.baseUrl]));
  try {
    const found = open.providers.all.map(async (provider) => {
      const url = urls.get(provider.key);
      // Emulators are in this process: there is no way to them that could be broken.
      const network = url === undefined ? [] : await checkNetwork(provider.key, url);
      const before = network.find(({ verdict }) => verdict === 'FAIL');
      const probes = probeTargets(provider).map((target) => checkProbe(target, before?.check ?? null));
      return [...network, ...(await Promise.all(probes)).flat()];
    });
    return (await Promise.all(found)).flat();
  } finally {
    await open.close();
  }
}
