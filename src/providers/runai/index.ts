import type { ProviderKindDefinition } from '../kind.ts';
import { createRunaiAdapter } from './adapter.ts';
import { settingsSchema, type RunaiSettings } from './settings.ts';
import { tokenPlan } from './token-plan.ts';

/** NVIDIA Run:ai: workloads on GPU clusters, read from the control plane or from one cluster's old Researcher service. */
export const runai: ProviderKindDefinition<RunaiSettings> = {
  kind: 'runai',
  title: 'Run:ai',
  defaultUrl: null,
  settingsSchema,
  credentials: [
    { members: ['clientId', 'clientSecret'], scheme: 'client-credentials' },
    { members: ['token'], scheme: 'bearer' },
  ],
  tokenPlan,
  create: createRunaiAdapter,
};
