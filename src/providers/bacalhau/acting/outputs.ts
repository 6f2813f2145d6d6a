import { isDeepStrictEqual } from 'node:util';
import type { JobSpec, OutputDestination, SpecOutput } from '../../../model/job-spec.ts';
import type { ResultPublisher } from '../extension.ts';
import type { SpecConfig, TaskToSend } from './job-to-send.ts';
import { LOCAL_PUBLISHER, publisherFor, publisherOf } from './publisher.ts';
import type { Verdicts } from '../../verdicts.ts';

/** Names of what the node itself writes among the results. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['stdout', 'stderr', 'exitCode', '.', '..']);

export interface Results {
  readonly paths: TaskToSend['ResultPaths'];
  /** Null when nothing is to be kept. */
  readonly publisher: SpecConfig | null;
  /** Outputs name a destination themselves. */
  readonly isElsewhere: boolean;
  readonly notes: readonly string[];
}

/** What to keep. A task has one publisher, which publishes all its results together. */
export function resultsOf(
  { outputs }: Pick<JobSpec, 'outputs'>,
  publisher: ResultPublisher | null,
  isWasm: boolean,
  verdicts: Verdicts,
): Results {
  const first = outputs.find(({ destination }) => destination !== null)?.destination ?? null;
  const [names, paths] = [new Set<string>(), new Set<string>()];
  for (const [i, output] of outputs.entries()) {
    const at = (field: string) => ['spec', 'outputs', i, field];
    verdicts.judge(at('name'), nameProblem(output.name, names));
    verdicts.judge(at('path'), pathProblem(output, paths, isWasm));
    if (output.destination !== null) judgeDestination(at('destination'), output.destination, first, verdicts);
    names.add(output.name);
    paths.add(output.path);
  }
  const isDefault = first === null && publisher === null && outputs.length > 0;
  return {
    paths: outputs.map(({ name, path }) => ({ Name: name, Path: path })),
    publisher: isDefault ? LOCAL_PUBLISHER : publisherFrom(first, publisher),
    isElsewhere: first !== null,
    notes: isDefault ? ['The node that ran the work keeps its outputs, as a download.'] : [],
  };
}

function publisherFrom(
  destination: OutputDestination | null,
  publisher: ResultPublisher | null,
): SpecConfig | null {
  if (destination !== null) return publisherFor(destination);
  return publisher === null ? null : publisherOf(publisher);
}

function judgeDestination(
  at: readonly (string | number)[],
  destination: OutputDestination,
  first: OutputDestination | null,
  verdicts: Verdicts,
): void {
  if (destination.type === 'BUCKET' || destination.type === 'VOLUME') {
    verdicts.refused(at, 'Bacalhau has no storage of its own: publish to S3 or IPFS.');
  } else if (publisherFor(destination) === null) {
    verdicts.refused(at, 'Name a bucket, and a key for the results.');
  } else if (!isDeepStrictEqual(destination, first)) {
    verdicts.refused(at, 'A task has one publisher: give all outputs the same destination.');
  } else {
    verdicts.translated(
      at,
      destination.type === 'S3'
        ? 'All outputs are published together, as one gzipped tar archive at this key.'
        : 'All outputs are published together, as one directory.',
    );
  }
}

/** The name is that of a directory among the results. */
function nameProblem(name: string, taken: ReadonlySet<string>): string | null {
  if (name.trim() === '' || /[/\p{Cc}]/u.test(name) || RESERVED_NAMES.has(name)) {
    return 'The name becomes a directory among the results: it cannot be blank, hold "/", or be a name of the server’s.';
  }
  return taken.has(name) ? 'This name is given twice.' : null;
}

function pathProblem({ name, path }: SpecOutput, taken: ReadonlySet<string>, isWasm: boolean): string | null {
  if (!path.startsWith('/')) return 'It must be an absolute path.';
  if (taken.has(path)) return 'This path is given twice.';
  // Read in the source of 1.9.3: the wasm engine mounts an output at its name, and ignores the path.
  return isWasm && path !== `/${name}`
    ? 'A wasm module finds an output at its name: make the path "/" and the name.'
    : null;
}
