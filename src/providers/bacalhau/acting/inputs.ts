import type { InputSource, JobSpec } from '../../../model/job-spec.ts';
import type { InputToSend, SpecConfig } from './job-to-send.ts';
import type { Verdicts } from '../../verdicts.ts';

/** Where the server's own tools put inputs that name no place; relative paths are taken from here. */
const STAGE = '/inputs';

export interface Inputs {
  readonly toSend: readonly InputToSend[];
  /** Where the work finds each of them. */
  readonly places: readonly string[];
}

/**
 * What to bring in. What each source makes of its target was read in the source of 1.9.3, and seen of downloads and inline
 * data: a download keeps the name it has in its URL, below the target; S3 objects are put into a directory; IPFS and inline
 * data stand at the target itself. The node asks for the size of a download first, by HEAD, and fails the execution when
 * no Content-Length tells it (seen on 1.9.3).
 */
export function inputsOf({ inputs }: Pick<JobSpec, 'inputs'>, verdicts: Verdicts): Inputs {
  const targets = new Set<string>();
  const toSend = inputs.map(({ path, source }, i) => {
    const place = placeOf(path);
    const { config, target, sourceReason, sourceProblem } = sourceOf(source, place);
    judgePath(['spec', 'inputs', i, 'path'], path, place, targets.has(target), verdicts);
    const at = ['spec', 'inputs', i, 'source'];
    if (sourceProblem !== null) verdicts.refused(at, sourceProblem);
    else if (sourceReason !== null) verdicts.translated(at, sourceReason);
    else verdicts.honoured(at);
    targets.add(target);
    return { Source: config, Alias: '', Target: target };
  });
  return { toSend, places: inputs.map(({ path }) => placeOf(path)) };
}

function placeOf(path: string): string {
  return path.startsWith('/') ? path : `${STAGE}/${path.replace(/^(?:\.\/)+/, '')}`;
}

function judgePath(
  at: readonly (string | number)[],
  path: string,
  place: string,
  isTaken: boolean,
  verdicts: Verdicts,
): void {
  if (path === '' || path !== path.trim() || /\p{Cc}/u.test(path)) {
    verdicts.refused(at, 'A path has no blanks at its ends, and no control characters.');
  } else if (path.split('/').includes('..')) {
    verdicts.refused(at, 'A path must not go up with "..".');
  } else if (isTaken) {
    verdicts.refused(at, 'Another input stands at the same place. Downloads by URL need a directory each.');
  } else if (place !== path) {
    verdicts.translated(at, `Bacalhau has no working directory for inputs: found at ${place}.`);
  } else {
    verdicts.honoured(at);
  }
}

interface Source {
  readonly config: SpecConfig;
  readonly target: string;
  readonly sourceReason: string | null;
  readonly sourceProblem: string | null;
}

function sourceOf(source: InputSource, place: string): Source {
  const plain = { target: place, sourceReason: null, sourceProblem: null };
  switch (source.type) {
    case 'URL':
      return download(source.url, place);
    case 'S3': {
      const { bucket, key, region, endpoint } = source;
      return {
        ...plain,
        config: {
          Type: 's3',
          Params: {
            Bucket: bucket,
            Key: key,
            ...(region === null ? {} : { Region: region }),
            ...(endpoint === null ? {} : { Endpoint: endpoint }),
          },
        },
        sourceReason: `${place} becomes a directory that holds the object, or all below a key that ends in "/" or "*".`,
        sourceProblem: bucket === '' ? 'Name a bucket.' : null,
      };
    }
    case 'IPFS':
      return {
        ...plain,
        config: { Type: 'ipfs', Params: { CID: source.cid } },
        sourceProblem: source.cid === '' ? 'Name a CID.' : null,
      };
    case 'INLINE': {
      const data = Buffer.from(source.text).toString('base64');
      return {
        ...plain,
        config: { Type: 'inline', Params: { URL: `data:text/plain;charset=utf-8;base64,${data}` } },
      };
    }
    case 'BUCKET':
    case 'VOLUME':
      return {
        ...plain,
        config: { Type: 'noop', Params: {} },
        sourceProblem: 'Bacalhau has no storage of its own: use a URL, S3, IPFS or inline text.',
      };
  }
}

/** A download's own name is that of the URL's path; where the input's path ends in it, it stands exactly there (unless the URL leads on to another). */
function download(url: string, place: string): Source {
  const config = { Type: 'urlDownload', Params: { URL: url } };
  const name = fileNameOf(url);
  if (name === null) {
    const sourceProblem = 'Give an http or https URL whose path ends in a file name.';
    return { config, target: place, sourceReason: null, sourceProblem };
  }
  const slash = place.lastIndexOf('/');
  if (place.slice(slash + 1) === name) {
    return { config, target: place.slice(0, slash) || '/', sourceReason: null, sourceProblem: null };
  }
  const sourceReason = `${place} becomes a directory that holds the file under its own name, "${name}".`;
  return { config, target: place, sourceReason, sourceProblem: null };
}

/** Null for what the server would not download. */
function fileNameOf(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, pathname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return null;
  const name = pathname.slice(pathname.lastIndexOf('/') + 1);
  try {
    return name === '' ? null : decodeURIComponent(name);
  } catch {
    return null;
  }
}
