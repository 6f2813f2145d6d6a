import type { CodegenConfig } from '@graphql-codegen/cli';
import { preset as client } from '@graphql-codegen/client-preset';

/**
 * Typed documents from the committed schema and the example operations, and their manifest. Generated from the printed
 * schema and not from the server, so that this is what any client of the published contract would get.
 */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  documents: 'schema/operations/*.graphql',
  generates: {
    'test/generated/': {
      preset: {
        ...client,
        // The manifest is for the gateway, and stands beside the operations that it was made from.
        buildGeneratesSection: async (options) =>
          (await client.buildGeneratesSection(options)).map((section) =>
            section.filename.endsWith('/persisted-documents.json')
              ? { ...section, filename: 'schema/persisted-documents.json' }
              : section,
          ),
      },
      presetConfig: {
        fragmentMasking: false,
        persistedDocuments: { mode: 'embedHashInDocument', hashAlgorithm: 'sha256' },
      },
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
