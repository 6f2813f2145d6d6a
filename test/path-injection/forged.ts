/** Ids, cursors and inputs that are well formed outside and hostile inside. */
import {
  encodeId,
  type GlobalId,
  type IdKind,
  type NativeKey,
  type ProviderKey,
} from '../../src/model/ids.ts';
import type { SandboxKind } from '../../src/sandbox/sandbox.ts';

const UUID = '0b1d6a52-51a1-4b7c-9d3e-2f1c8a7b6e5d';

type Shape = (text: string) => string;

/** Where the providers put ids of theirs in native keys. */
const SHAPES: Readonly<Record<SandboxKind, Readonly<Partial<Record<IdKind, readonly Shape[]>>>>> = {
  bacalhau: {
    job: [(text) => text],
    task: [(text) => `${text}/0`],
    execution: [(text) => `${text}/e-1`, (text) => `j-1/${text}`],
    computeNode: [(text) => text],
    project: [(text) => text],
  },
  qarnot: {
    job: [(text) => `j:${text}`, (text) => `t:${text}`],
    task: [(text) => text],
    execution: [(text) => `${text}/0/1`, (text) => `${UUID}/${text}/1`],
    computeNode: [(text) => `p:${text}`, (text) => `p:${UUID}/${text}`],
    project: [(text) => text],
  },
  runai: {
    job: [(text) => text],
    task: [(text) => `${text}/0`],
    execution: [(text) => `${text}/${UUID}`, (text) => `${UUID}/${text}`],
    computeNode: [(text) => `n:${UUID}/${text}`, (text) => `p:${text}/x`],
    project: [(text) => text, (text) => `d:${text}`],
  },
  'charity-engine': {
    job: [(text) => text],
    task: [(text) => `${text}/0`],
    execution: [(text) => `${text}/default`, (text) => `${'0'.repeat(32)}/${text}`],
    project: [(text) => text],
  },
};

/** Native keys with the text wherever something of the provider's stands in one. */
export function nativeKeys(kind: IdKind, provider: SandboxKind, text: string): readonly NativeKey[] {
  return (SHAPES[provider][kind] ?? []).map((shape) => shape(text) as NativeKey);
}

/** Ids of this graph, of one provider, with such keys. */
export function forgedIds(kind: IdKind, provider: SandboxKind, text: string): readonly GlobalId[] {
  return nativeKeys(kind, provider, text).map((key) =>
    encodeId(kind, provider as string as ProviderKey, key),
  );
}

/** A cursor of the same query, with the text in the place of each text that is in it, and of each position. */
export function forgedCursors(cursor: string, text: string): readonly string[] {
  const [format, fingerprint, rows] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [
    number,
    string,
    readonly (readonly [string, string | null, number])[],
  ];
  const forge = (change: (position: string) => string): string => {
    const forged = rows.map(([key, position]) => [key, change(position ?? ''), 0]);
    return Buffer.from(JSON.stringify([format, fingerprint, forged])).toString('base64url');
  };
  return [forge(() => text), forge((position) => changedInside(position, text))];
}

function changedInside(position: string, text: string): string {
  try {
    return JSON.stringify(JSON.parse(position), (_, value: unknown) =>
      typeof value === 'string' ? text : value,
    );
  } catch {
    return text;
  }
}

/** A specification with the text in one of its fields each. */
export function forgedSpecs(text: string): readonly object[] {
  const spec = {
    name: 'embed',
    image: 'acme/embed:3',
    command: ['sleep', '600'],
    resources: { cpuMillis: 500, memoryBytes: 256_000_000 },
  };
  const source = (value: object): object => ({ ...spec, inputs: [{ path: '/inputs/a', source: value }] });
  const output = (value: object): object => ({
    ...spec,
    outputs: [{ name: 'out', path: '/outputs/a', destination: value }],
  });
  return [
    { ...spec, name: text },
    { ...spec, image: text },
    { ...spec, image: `docker.io/${text}` },
    { name: 'embed', app: text, command: ['x'] },
    { ...spec, command: [text], args: [text] },
    { ...spec, workingDirectory: `/${text}` },
    { ...spec, env: [{ name: 'A', value: text }] },
    { ...spec, secretEnv: [{ name: 'A', secret: text, key: text }] },
    { ...spec, labels: [{ key: text, value: text }] },
    { ...spec, labels: [{ key: 'a', value: text }] },
    { ...spec, resources: { ...spec.resources, gpuMillis: 1_000, gpuModel: text } },
    { ...spec, inputs: [{ path: text, source: { url: 'https://files.example/a' } }] },
    { ...spec, inputs: [{ path: `/inputs/${text}`, source: { inline: text } }] },
    source({ url: text }),
    source({ url: `https://files.example/${text}` }),
    source({ s3: { bucket: text, key: text, region: text, endpoint: `https://${text}` } }),
    source({ ipfs: text }),
    source({ bucket: { name: text, prefix: text } }),
    source({ volume: text }),
    { ...spec, outputs: [{ name: text, path: text }] },
    output({ s3: { bucket: text, key: text, region: text, endpoint: text } }),
    output({ bucket: { name: text, prefix: text } }),
    output({ volume: text }),
  ];
}

/** What only one kind of provider knows, with the text in it. */
export function forgedExtensions(kind: SandboxKind, text: string): readonly object[] {
  switch (kind) {
    case 'bacalhau':
      return [
        {
          bacalhau: {
            meta: [{ key: text, value: text }],
            constraints: [{ key: text, operator: 'IN', values: [text] }],
          },
        },
        { bacalhau: { network: { type: 'HTTP', domains: [text] } } },
        { bacalhau: { publisher: { type: 'S3', bucket: text, key: text, region: text, endpoint: text } } },
      ];
    case 'qarnot':
      return [
        { qarnot: { jobUuid: text } },
        { qarnot: { poolUuid: text } },
        { qarnot: { profile: text, constants: [{ key: text, value: text }], resultsBlacklist: text } },
        { qarnot: { jobUuid: UUID, dependsOn: [text] } },
        {
          qarnot: {
            reservedMachineKey: text,
            constraints: [{ key: text, value: text }],
            advancedRanges: text,
          },
        },
      ];
    case 'runai':
      return [
        { runai: { clusterId: text } },
        { runai: { category: text, nodePools: [text], templateId: text } },
        { runai: { git: [{ repository: text, path: text, branch: text, revision: text, secret: text }] } },
        { runai: { templateId: text, s3Secret: text } },
      ];
    case 'charity-engine':
      return [
        { charityEngine: { tag: text } },
        { charityEngine: { commandLine: text } },
        { charityEngine: { imageArchiveUrl: text } },
        { charityEngine: { imageArchiveUrl: `https://files.example/${text}` } },
      ];
  }
}
