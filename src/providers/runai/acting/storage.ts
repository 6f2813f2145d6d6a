import type { InputSource, JobSpec, OutputDestination } from '../../../model/job-spec.ts';
import type { RunaiExtension, RunaiGit } from '../extension.ts';
import { secretObjection } from './container.ts';
import { whenAny, whenSome, type Json } from './draft.ts';
import type { TypedKind } from './typed-kind.ts';
import type { Verdicts } from '../../verdicts.ts';
import { inExtension } from './own-path.ts';

type S3Source = Extract<InputSource, { readonly type: 'S3' }>;

/** Names of objects in Kubernetes; the specification of 2.24 limits those of claims to 63 characters. */
const CLAIM = /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/;
const REGION = /^[a-z0-9-]{1,40}$/;

interface Claim {
  readonly existingPvc: true;
  readonly claimName: string;
  readonly path: string;
  readonly readOnly: boolean;
}

/** What is mounted, each at a path of its own. */
class Mounts {
  readonly claims = new Map<string, Claim>();
  readonly s3: Json[] = [];
  readonly git: Json[] = [];
  readonly #paths = new Set<string>();

  /** Why nothing can be mounted there; null when it is taken for something now. */
  take(path: string): string | null {
    if (!path.startsWith('/')) return 'Run:ai mounts at absolute paths alone.';
    if (path.includes(':')) return 'No path of a mount can hold a colon.';
    if (this.#paths.has(path)) return 'Something else is mounted at this path.';
    this.#paths.add(path);
    return null;
  }
}

/** The data a workload works with. Verdicts on the extension are kept apart, to stand in the input's order. */
export function storageOf(
  spec: JobSpec,
  extension: RunaiExtension,
  kind: TypedKind,
  verdicts: Verdicts,
  extended: Verdicts,
): Json | undefined {
  const mounts = new Mounts();
  const s3Secret = extension.s3Secret ?? null;
  spec.inputs.forEach(({ path, source }, index) => {
    const judged = inputOf(source, path, { mounts, kind, s3Secret });
    verdicts.all.push({ path: ['spec', 'inputs', index], ...judged });
  });
  spec.outputs.forEach(({ path, destination }, index) => {
    const judged = outputOf(destination, path, mounts);
    verdicts.all.push({ path: ['spec', 'outputs', index], ...judged });
  });
  extension.git?.forEach((git, index) => {
    extended.judge(inExtension('git', index), gitOf(git, mounts));
  });
  if (s3Secret !== null) {
    const used = mounts.s3.length > 0 ? null : 'No S3 bucket is among the inputs.';
    extended.judge(inExtension('s3Secret'), secretObjection(s3Secret) ?? used);
  }
  return whenAny({
    pvc: whenSome([...mounts.claims.values()]),
    s3: whenSome(mounts.s3),
    git: whenSome(mounts.git),
  });
}

type Judged = { readonly verdict: 'TRANSLATED' | 'REFUSED'; readonly reason: string };

const refused = (reason: string): Judged => ({ verdict: 'REFUSED', reason });
const translated = (reason: string): Judged => ({ verdict: 'TRANSLATED', reason });

interface Inputs {
  readonly mounts: Mounts;
  readonly kind: TypedKind;
  readonly s3Secret: string | null;
}

function inputOf(source: InputSource, path: string, inputs: Inputs): Judged {
  switch (source.type) {
    case 'VOLUME': {
      const objection = claimAt(source.name, path, true, inputs.mounts);
      return objection === null ? translated('The claim of this name is mounted there, to be read.') : refused(objection); // prettier-ignore
    }
    case 'S3':
      return s3Of(source, path, inputs);
    default:
      return refused('Run:ai cannot bring this: it mounts volumes, S3 buckets and, by the extension, Git repositories.'); // prettier-ignore
  }
}

/** A bucket is mounted as a whole, from an address: which region it is in follows from that. */
function s3Of(source: S3Source, path: string, { mounts, kind, s3Secret }: Inputs): Judged {
  const { bucket, key, region, endpoint } = source;
  if (kind === 'inferences') return refused('Run:ai mounts no S3 buckets in services.');
  if (key !== '' && key !== '/') return refused('Run:ai mounts whole S3 buckets: leave the key empty.');
  if (endpoint !== null && !isPlainUrl(endpoint)) return refused('The endpoint is an http or https URL without credentials.'); // prettier-ignore
  if (region !== null && !REGION.test(region)) return refused('No region is called so.');
  const objection = mounts.take(path);
  if (objection !== null) return refused(objection);
  const url = endpoint ?? (region === null ? undefined : `https://s3.${region}.amazonaws.com`);
  mounts.s3.push({ bucket, path, url, accessKeySecret: s3Secret ?? undefined });
  return translated('The whole bucket is mounted there.');
}

/** What is written anywhere but in a volume is gone with the pod. */
function outputOf(destination: OutputDestination | null, path: string, mounts: Mounts): Judged {
  if (destination === null) return refused('Run:ai keeps no files of its own: name a volume.');
  if (destination.type !== 'VOLUME') return refused('Run:ai cannot write there: it has volumes alone.');
  const objection = claimAt(destination.name, path, false, mounts);
  return objection === null ? translated('The claim of this name is mounted there, to be written.') : refused(objection); // prettier-ignore
}

/** One mount does for a volume that is read and written at the same path. */
function claimAt(claimName: string, path: string, readOnly: boolean, mounts: Mounts): string | null {
  if (!CLAIM.test(claimName)) return 'No claim can have this name.';
  const there = mounts.claims.get(path);
  if (there?.claimName !== claimName) {
    const objection = mounts.take(path);
    if (objection !== null) return objection;
  }
  mounts.claims.set(path, {
    existingPvc: true,
    claimName,
    path,
    readOnly: readOnly && (there?.readOnly ?? true),
  });
  return null;
}

function gitOf({ repository, path, branch, revision, secret }: RunaiGit, mounts: Mounts): string | null {
  if (repository === '') return 'A repository has an address.';
  // Its credentials belong in a secret: an address is shown to everybody who sees the workload.
  if (URL.canParse(repository)) {
    const { username, password, protocol } = new URL(repository);
    if (password !== '' || (username !== '' && /^https?:$/.test(protocol))) {
      return 'Keep the credentials out of the address: name a secret.';
    }
  }
  const objection = (secret == null ? null : secretObjection(secret)) ?? mounts.take(path);
  if (objection !== null) return objection;
  mounts.git.push({
    repository,
    path,
    branch: branch ?? undefined,
    revision: revision ?? undefined,
    // Deprecated in 2.24, and the only member that every release has.
    passwordSecret: secret ?? undefined,
  });
  return null;
}

function isPlainUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password === '';
}
