import type { CharityEngineExtension } from '../../providers/charity-engine/extension.ts';
import { builder } from '../builder.ts';

/** Mirrors `CharityEngineExtension` field by field. */
export const CharityEngineExtensionInput = builder.inputType('CharityEngineExtension', {
  description: 'What Charity Engine alone can be told.',
  fields: (t) => ({
    commandLine: t.string({
      description:
        'The command line exactly as it is to be run, instead of `command` and `args`. It may redirect: `… > /local/output/x`. For text inference it is the JSON document with the `inputs`.',
    }),
    tag: t.string({
      description:
        'The `tag` of the job. For text inference it names the model; for anything else it takes the place of the mark by which the gateway’s jobs are told from others in the dashboard.',
    }),
    imageArchiveUrl: t.string({
      description:
        'Where machines fetch the image from: an archive in the format of `docker save`, at a public URL. Absent: Docker Hub.',
    }),
  }),
});

/** The input as the adapter reads it; that this compiles holds both to each other. */
export function charityEngineExtension(
  given: typeof CharityEngineExtensionInput.$inferInput,
): CharityEngineExtension {
  return given;
}
