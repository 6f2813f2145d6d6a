import type { JobSpec } from '../../../model/job-spec.ts';
import type { CharityEngineExtension } from '../extension.ts';
import { isPublicUrl } from './public-url.ts';
import type { Verdicts } from '../../verdicts.ts';
import { ownPath } from './own-path.ts';

export interface Program {
  /** As it is sent: `docker:<image>`, `docker:<image> <url of its archive>` or `<namespace>:<application>`. */
  readonly app: string;
  /** The same without the URL, which may be signed: what may be remembered and shown. */
  readonly shownApp: string;
}

/**
 * Whether the command line of an application is a document with prompts, and its tag the name of a model. Not that of an image
 * which is called so.
 */
export function isInference(app: string): boolean {
  return /^(?!docker:)[^:]+:text-inference$/.test(app);
}

/** A registry in front of the repository: `ghcr.io/…`, `localhost:5000/…`. */
const OTHER_REGISTRY = /^(?:localhost|[^/]*[.:][^/]*)\//;

/** What is run; null when that was refused. */
export function programOf(verdicts: Verdicts, { image, app }: JobSpec): Program | null {
  if (image === null && app === null) {
    verdicts.refused(['spec', 'image'], 'Say what to run: an image, or an application of Charity Engine in `app`.'); // prettier-ignore
    return null;
  }
  if (image !== null) {
    if (/[\s\p{Cc}]/u.test(image)) verdicts.refused(['spec', 'image'], 'No image has such a name.');
    else {
      verdicts.honoured(['spec', 'image']);
      if (OTHER_REGISTRY.test(image)) {
        verdicts.notes.push('Charity Engine is only known to fetch public images from Docker Hub; this one names another registry.'); // prettier-ignore
      }
    }
  }
  if (app === null) return { app: `docker:${image ?? ''}`, shownApp: `docker:${image ?? ''}` };
  if (image !== null) verdicts.refused(['spec', 'app'], 'A job runs an image or an application, not both.');
  else if (!/^[^:\s]+:[^\p{Cc}]*\S/u.test(app)) {
    verdicts.refused(['spec', 'app'], 'An application is written with its namespace, such as "charityengine:wolframengine".'); // prettier-ignore
  } else verdicts.honoured(['spec', 'app']);
  return { app, shownApp: app.split(' ', 1)[0] ?? app };
}

/** The program with the archive its image is fetched from. */
export function withArchive(
  verdicts: Verdicts,
  program: Program | null,
  { image }: JobSpec,
  { imageArchiveUrl: url }: CharityEngineExtension,
): Program | null {
  if (url == null || url === '') return program;
  const path = ownPath('imageArchiveUrl');
  if (image === null) verdicts.refused(path, 'It goes with an image: give its name in `image`.');
  else if (!isPublicUrl(url)) {
    verdicts.refused(path, 'It must be an absolute http or https URL without user and password.');
  } else verdicts.honoured(path);
  return program && { ...program, app: `${program.shownApp} ${url}` };
}
