import { z } from 'zod';

const MIB = 1_048_576;

/** `operations`: which documents are run. */
export const operationsSchema = z
  .strictObject({
    mode: z
      .enum(['any', 'only'])
      .default('any')
      .describe(
        '`any`: every document that is valid and within `limits`. `only`: those of `manifests`; any other is refused before it is parsed, over every transport, and GraphiQL is not served.',
      ),
    manifests: z
      .array(z.string().min(1).max(4096))
      .max(100)
      .default([])
      .describe(
        'Files of trusted documents, which callers may name by their SHA-256 instead of sending them: JSON of ids to texts, as the client preset of GraphQL Code Generator writes, or a persisted query manifest of Apollo. Relative paths start at the folder of this file. Read at start and on every reload.',
      ),
    apq: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe(
            'Remember documents that callers send together with their hash, so that they can send the hash alone. Without effect with `mode: only`.',
          ),
        maxDocuments: z
          .int()
          .min(1)
          .max(100_000)
          .default(1_000)
          .describe('How many are remembered; those that were not asked for the longest are forgotten.'),
        maxBytes: z
          .int()
          .min(64 * 1024)
          .max(1024 * MIB)
          .default(4 * MIB)
          .describe('Bytes of memory that they may take. One of more than a sixteenth is not remembered.'),
      })
      .prefault({})
      .describe('Automatic persisted queries, as clients of Apollo and urql speak them.'),
  })
  .describe('Which documents are run, and how callers may name them. See docs/persisted-operations.md.');

export type OperationsSection = Readonly<z.output<typeof operationsSchema>>;
