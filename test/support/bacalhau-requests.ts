/** Requests to submit to Bacalhau, for properties: what people may ask for, mostly sensible. */
import fc from 'fast-check';
import type { JobSpec } from '../../src/model/job-spec.ts';
import { bytes } from '../../src/model/units.ts';
import type { SubmitRequest } from '../../src/providers/acting.ts';
import {
  CONSTRAINT_OPERATORS,
  NETWORK_TYPES,
  PUBLISHER_ENCODINGS,
  PUBLISHER_TYPES,
  type BacalhauExtension,
} from '../../src/providers/bacalhau/extension.ts';
import { requestOf } from './bacalhau-acting.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 2 });
const absent = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 1 });
const few = <T>(arbitrary: fc.Arbitrary<T>, max = 2) => fc.array(arbitrary, { maxLength: max });
/** One field in twenty is wrong: a request has many. */
const mostly = <T, U>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<U>) =>
  fc.oneof({ weight: 19, arbitrary: right }, { weight: 1, arbitrary: wrong });

const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('echo', 'a b', '', '__proto__'),
);
const envName = mostly(fc.stringMatching(/^[A-Z][A-Z0-9_]{1,5}$/), word);
const path = mostly(fc.constantFrom('/a', '/a/b', '/in/f.csv', '/in/g.csv', '/main.wasm', '/lib/x'), word);
const s3 = fc.record({
  type: fc.constant('S3' as const),
  bucket: mostly(fc.constant('b'), fc.constantFrom('', 'c')),
  key: mostly(fc.constant('k/{jobID}'), fc.constantFrom('', 'k')),
  region: maybe(fc.constant('eu-west-1')),
  endpoint: maybe(fc.constant('https://s3.example')),
});
const address = mostly(
  fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.constant('https://h/in/f.csv')).map((url) => url.replace(/\/(?=\?|$)/, '/f')), // prettier-ignore
  fc.constantFrom('ftp://x/y', ''),
);
const source = fc.oneof(
  fc.record({ type: fc.constant('INLINE' as const), text: word }),
  fc.record({ type: fc.constant('URL' as const), url: address }),
  fc.record({ type: fc.constant('IPFS' as const), cid: mostly(fc.constant('Qm'), fc.constant('')) }),
  s3,
);
const amount = maybe(fc.oneof(fc.nat(64_000), fc.maxSafeNat()).map(bytes));
const destination = mostly(fc.constant({ type: 'IPFS' as const }), s3);

const spec = fc.record({
  name: fc.oneof(word, fc.constantFrom('run-41', 'Embed 41 é')),
  jobKind: maybe(mostly(fc.constantFrom('BATCH', 'SERVICE', 'DAEMON', 'OPS'), fc.constant('INTERACTIVE'))),
  command: few(word),
  args: few(word),
  workingDirectory: maybe(path),
  env: few(fc.record({ name: envName, value: mostly(fc.string({ unit: 'binary', minLength: 1 }), word) })),
  secretEnv: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    few(fc.record({ name: envName, secret: envName, key: fc.constant(null) }), 1),
  ),
  resources: fc.record({
    cpuMillis: maybe(fc.nat(10_000_000)),
    memoryBytes: amount,
    diskBytes: amount,
    gpuMillis: maybe(mostly(fc.constantFrom(0, 1000, 8000), fc.constant(500))),
    gpuModel: fc.constant(null),
  }),
  inputs: few(fc.record({ path, source })),
  outputs: fc.uniqueArray(
    fc.record({
      name: mostly(fc.constantFrom('out', 'a', 'b'), fc.constantFrom(' ', 'a/b')),
      path,
      destination: maybe(destination),
    }),
    { maxLength: 2, selector: ({ name }) => name },
  ),
  executionTimeoutMs: maybe(fc.integer({ min: 1, max: 86_400_000 })),
  queueTimeoutMs: maybe(fc.integer({ min: 1, max: 86_400_000 })),
  maxRetries: maybe(fc.nat(5)),
  count: maybe(mostly(fc.constant(1), fc.integer({ min: 0, max: 4 }))),
  labels: fc.uniqueArray(
    fc.record({ key: fc.oneof(word, fc.constantFrom('team', 'Team')), value: maybe(word) }),
    { maxLength: 2, selector: ({ key }) => key },
  ),
  priority: maybe(fc.integer({ min: -100, max: 100 })),
});

const constraint = fc.oneof(
  fc.record({ key: fc.constantFrom('os_arch', 'GPU-0'), operator: fc.constantFrom('EXISTS', 'NOT_EXISTS') }),
  fc.record({
    key: fc.constantFrom('os_arch', 'GPU-0', 'a.b/c'),
    operator: mostly(fc.constantFrom('IN', 'NOT_IN', 'EQUALS', 'NOT_EQUALS'), fc.constantFrom(...CONSTRAINT_OPERATORS)), // prettier-ignore
    values: mostly(fc.constant(['amd64']), few(fc.constantFrom('7', 'a b'))),
  }),
);
const extension: fc.Arbitrary<BacalhauExtension> = fc.record({
  constraints: absent(few(constraint)),
  network: absent(
    fc.oneof(
      fc.record({ type: fc.constantFrom(...NETWORK_TYPES) }),
      fc.record({
        type: mostly(fc.constant('HTTP' as const), fc.constantFrom(...NETWORK_TYPES)),
        domains: few(mostly(fc.oneof(fc.domain(), fc.ipV6(), fc.ipV4()), word)),
      }),
    ),
  ),
  publisher: absent(
    fc.oneof(
      fc.record({ type: fc.constantFrom(...PUBLISHER_TYPES) }),
      fc.record({
        type: mostly(fc.constant('S3' as const), fc.constantFrom(...PUBLISHER_TYPES)),
        bucket: fc.constant('b'),
        key: fc.constant('k'),
        encoding: absent(fc.constantFrom(...PUBLISHER_ENCODINGS)),
      }),
    ),
  ),
  meta: absent(
    fc.uniqueArray(
      fc.record({ key: mostly(fc.string({ minLength: 1 }), fc.constant('bacalhau.org/x')), value: word }),
      { maxLength: 2, selector: ({ key }) => key },
    ),
  ),
});
const project = maybe(mostly(fc.constantFrom('research', 'a b/ü'), fc.constantFrom(' ', '*', '')));

const ofImage = fc
  .tuple(spec, maybe(extension), project)
  .map(([fields, more, namespace]) =>
    requestOf({ ...(fields as Partial<JobSpec>), image: 'alpine:3' }, more, namespace),
  );
/** With the module where it has to be, and nothing that a module cannot have. */
const ofModule = fc.tuple(spec, extension, project, path).map(([fields, more, namespace, entryModulePath]) =>
  requestOf(
    {
      ...(fields as Partial<JobSpec>),
      image: null,
      command: [],
      workingDirectory: null,
      outputs: [],
      inputs: [{ path: '/main.wasm', source: { type: 'INLINE', text: '\0asm' } }],
    },
    {
      ...more,
      wasm: { entryModulePath: entryModulePath === '/a' ? '/a' : '/main.wasm', parameters: ['-v'] },
    },
    namespace,
  ),
);
/** About half of them can be sent. */
export const bacalhauRequest: fc.Arbitrary<SubmitRequest> = fc.oneof(
  { weight: 3, arbitrary: ofImage },
  ofModule,
);
