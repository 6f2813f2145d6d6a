import { readAuth } from './auth.ts';
import type { AuthConfig } from './auth-config.ts';
import type { ConfiguredProvider, LoadedConfig, ProviderKind } from './config.ts';
import { spellForm } from './credential.ts';
import { explainIssues, type HintFor } from './explain.ts';
import { findText } from './find.ts';
import { refuseOpenDoor } from './open-door.ts';
import { readManifests, type Manifest } from './operations.ts';
import { ConfigError, Findings, type ConfigProblem } from './problem.ts';
import { configuredProvider, readKindParts, type KindParts } from './provider.ts';
import { readFileBounded, type ReadFile } from './read-file.ts';
import { configSchema, configShape, PLANNED_KEYS } from './schema.ts';
import type { SecretSources } from './secret-reference.ts';
import { overrideServer } from './server-overrides.ts';
import { warningsFor } from './warnings.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

export interface LoadConfigInput {
  /** The file given with --config. With `text`: how messages name the text, and where its relative paths start. */
  readonly path?: string | undefined;
  /** The configuration itself, instead of a file. */
  readonly text?: string | undefined;
  /** Usually process.env: GRIDWEAVE_CONFIG, HOST, PORT, and what `{ env: NAME }` names. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Defaults to the disk. */
  readonly readFile?: ReadFile;
  /** Every provider kind of this build. */
  readonly kinds: readonly ProviderKind[];
}

type Entry = Record<string, unknown>;

const START =
  'Add an entry with key, kind and url under "providers", or write "sandbox: {}" to run the emulators.';
const SECTIONS = ['server', 'limits', 'operations', 'log', 'metrics', 'data', 'act', 'audit', 'live', 'auth', 'sandbox']; // prettier-ignore
const PROVIDER_SECTIONS = ['rate', 'retry', 'breaker', 'settings'];

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A section whose keys are all commented out is a section without keys, not a wrong value. */
function fillSections(entry: Entry, names: readonly string[]): void {
  for (const name of names) if (entry[name] === null) entry[name] = {};
}

function refuseDuplicateKeys(entries: readonly unknown[], yaml: YamlSource, findings: Findings): void {
  const first = new Map<unknown, number>();
  for (const [i, entry] of entries.entries()) {
    const key = isEntry(entry) ? entry['key'] : undefined;
    if (typeof key !== 'string') continue;
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, i);
      continue;
    }
    const { line } = yaml.locate({ path: ['providers', before, 'key'], at: 'value', message: '', fix: '' });
    findings.add(
      ['providers', i, 'key'],
      `providers[${i}].key is the same as providers[${before}].key on line ${line}.`,
      'Give every provider a key of its own.',
    );
  }
}

function refuseEmptiness(root: Entry, findings: Findings): void {
  const none = root['providers'] === undefined || root['providers'] === null;
  const empty = none || (Array.isArray(root['providers']) && root['providers'].length === 0);
  if (empty && root['sandbox'] === undefined) {
    findings.add(['providers'], 'No provider is configured.', START, 'key');
  }
  if (!empty && root['sandbox'] !== undefined) {
    findings.add(
      ['sandbox'],
      'The sandbox cannot be combined with providers.',
      'Remove one of "sandbox" and "providers".',
      'key',
    );
  }
  if (root['providers'] === null) delete root['providers'];
}

/** Reads the kind-dependent parts of every entry, by position; null where the entry is wrong. */
function readProviders(
  entries: readonly unknown[],
  kinds: readonly ProviderKind[],
  sources: SecretSources,
  findings: Findings,
): (KindParts | null)[] {
  return entries.map((entry, i) => {
    if (!isEntry(entry)) return null;
    fillSections(entry, PROVIDER_SECTIONS);
    return readKindParts(entry, ['providers', i], kinds, sources, findings);
  });
}

function hintsFor(kinds: readonly ProviderKind[]): HintFor {
  return (path, key) => {
    if (path.length === 0 && PLANNED_KEYS.has(key)) return 'This version does not have it yet; remove it.';
    if (path[0] !== 'providers') return undefined;
    const form = kinds
      .flatMap(({ credentials }) => credentials)
      .find(({ members }) => path.length === 2 && members.includes(key));
    return form === undefined
      ? undefined
      : `Secrets stand under "credential", by reference: credential: ${spellForm(form)}.`;
  };
}

/** What `auth` may name as a provider. The sandbox has one of each kind, named after it. */
function providerKeys(root: Entry, entries: readonly unknown[], kinds: readonly ProviderKind[]): unknown[] {
  if (root['sandbox'] !== undefined) return kinds.map(({ kind }) => kind);
  return entries.map((entry) => (isEntry(entry) ? entry['key'] : undefined));
}

function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** Loads and checks the configuration. Throws a ConfigError that holds every problem, and nothing else. */
export function loadConfig(input: LoadConfigInput): LoadedConfig {
  const { env, kinds, readFile = readFileBounded } = input;
  const { text, source, name, folder } = findText({ path: input.path, text: input.text, env, readFile });
  const findings = new Findings();
  const yaml = parseYaml(text ?? 'sandbox: {}');
  if (yaml.problems.length > 0) throw new ConfigError(name, yaml.problems);
  if (yaml.value === undefined)
    findings.add([], 'The file is empty.', `${START} See examples/gridweave.yaml.`);
  const root = yaml.value;
  const sources: SecretSources = { env, readFile, folder };
  let providers: readonly (KindParts | null)[] = [];
  let auth: AuthConfig | null = null;
  let manifests: readonly (Manifest | null)[] = [];
  if (isEntry(root)) {
    fillSections(root, SECTIONS);
    refuseEmptiness(root, findings);
    const entries: readonly unknown[] = Array.isArray(root['providers']) ? root['providers'] : [];
    providers = readProviders(entries, kinds, sources, findings);
    refuseDuplicateKeys(entries, yaml, findings);
    if (isEntry(root['operations'])) fillSections(root['operations'], ['apq']);
    manifests = readManifests(root['operations'], sources, findings);
    auth = readAuth(root['auth'], providerKeys(root, entries, kinds), sources, findings);
  }
  const parsed = configSchema.safeParse(root);
  if (!parsed.success && root !== undefined) {
    explainIssues(findings, root, configShape(), parsed.error.issues, [], hintsFor(kinds));
  }
  const { server, overrides, problems } = overrideServer(
    parsed.data?.server ?? {
      host: '127.0.0.1',
      port: 4000,
      allowedOrigins: [],
      trustedProxies: [],
      drainMs: 10_000,
    },
    env,
  );
  const open =
    parsed.success && parsed.data.auth === undefined ? refuseOpenDoor(server, overrides, findings) : [];
  if (!parsed.success || findings.all.length > 0 || problems.length > 0 || open.length > 0) {
    throw new ConfigError(name, [
      ...problems,
      ...open,
      ...findings.all.map((item) => yaml.locate(item)).sort(byPlace),
    ]);
  }
  const { limits, operations, log, metrics, data, act, audit, live, sandbox = null } = parsed.data;
  const configured = (parsed.data.providers ?? []).flatMap((section, i): ConfiguredProvider[] => {
    const parts = providers[i] ?? null;
    return parts === null ? [] : [configuredProvider(section, parts)];
  });
  return {
    source,
    server,
    limits,
    operations: { ...operations, manifests: manifests.flatMap((manifest) => manifest ?? []) },
    log,
    metrics,
    data,
    act,
    audit,
    live,
    auth,
    providers: configured,
    sandbox,
    overrides,
    warnings: warningsFor(configured, server, auth, operations),
  };
}
