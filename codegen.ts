import type { CodegenConfig } from '@graphql-codegen/cli';

/**
 * Typed documents from the committed schema and the example operations. Generated from the printed schema and not from
 * the server, so that this is what any client of the published contract would get.
 */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  documents: 'schema/operations/*.graphql',
  generates: {
    'test/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        importExtension: '.ts',
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: { DateTime: 'string', Bytes: 'number', DurationMs: 'number' },
      },
    },
  },
};

export default config;
