import { z } from 'zod';
import type { ProviderKind } from '../../src/config/config.ts';

/** Kinds that exercise every form of credential, with and without a default URL and settings. Never connected. */
const common = {
  create(): never {
    throw new Error('The sample kinds are never connected.');
  },
};

export const sampleKinds: readonly ProviderKind[] = [
  {
    ...common,
    kind: 'bacalhau',
    title: 'Bacalhau',
    defaultUrl: null,
    credentials: [
      { members: ['apiKey'], scheme: 'bearer' },
      { members: ['username', 'password'], scheme: 'basic' },
    ],
    settingsSchema: z.strictObject({
      namespace: z.string().optional().describe('Only this namespace is read.'),
      pageSize: z.int().min(1).max(1000).default(100).describe('Rows asked for at a time.'),
    }),
  },
  {
    ...common,
    kind: 'qarnot',
    title: 'Qarnot',
    defaultUrl: 'https://api.qarnot.com/v1',
    credentials: [{ members: ['token'], scheme: 'raw-authorization' }],
    settingsSchema: z.strictObject({}),
  },
];
