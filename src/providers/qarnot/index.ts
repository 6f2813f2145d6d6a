import type { ProviderKindDefinition } from '../kind.ts';
import { createQarnotAdapter } from './adapter.ts';
import { settingsSchema, type QarnotSettings } from './settings.ts';

/** Qarnot: tasks on a shared cloud, jobs as groups of them, and pools as standing capacity. */
export const qarnot: ProviderKindDefinition<QarnotSettings> = {
  kind: 'qarnot',
  title: 'Qarnot',
  defaultUrl: 'https://api.qarnot.com',
  settingsSchema,
  // The header holds the bare token, without any scheme word.
  credentials: [{ members: ['token'], scheme: 'raw-authorization' }],
  create: createQarnotAdapter,
};
