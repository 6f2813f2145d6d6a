import { uuidOf } from '../store/identity.ts';
import type { AccountLimits, Installation } from '../store/installation.ts';
import { projectsOf } from '../store/installation.ts';
import type { JsonObject } from '../wire/json.ts';
import type { PlanUse, Usage } from './usage.ts';
import { usageOf } from './usage.ts';

const GIB = 2 ** 30;
const ORGANIZATION = 'Sandbox';
const RESERVED = { machineKey: '32c-128g', reservationName: 'sandbox' };

/** One scheduling plan. The SDKs read `runningCoresCount`, the specification spells it `runningCoreCount`: both are there. */
function plan(
  limits: { readonly maxInstances: number; readonly maxCores: number },
  use: PlanUse,
): JsonObject {
  return {
    maxInstances: limits.maxInstances,
    maxCores: limits.maxCores,
    runningInstancesCount: use.instances,
    runningCoresCount: use.cores,
    runningCoreCount: use.cores,
  };
}

function userQuotas(limits: AccountLimits, { plans }: Usage): JsonObject {
  const small = { maxInstances: 64, maxCores: 512 };
  return {
    flex: plan(limits, plans.flex),
    onDemand: plan(small, plans.onDemand),
    reserved: [{ ...RESERVED, ...plan(small, plans.reserved) }],
  };
}

function organizationQuotas(limits: AccountLimits, { plans }: Usage): JsonObject {
  const shared = { maxInstances: limits.maxInstances * 4, maxCores: limits.maxCores * 4 };
  return { flex: plan(shared, plans.flex), onDemand: plan(shared, plans.onDemand), reserved: [] };
}

/** `GET /quotas/computing-quotas/user`. */
export function userQuotasView(installation: Installation, now: number): JsonObject {
  return userQuotas(installation.limits, usageOf(installation, now));
}

/** `GET /quotas/computing-quotas/organization`: each plan with who uses it. */
export function organizationQuotasView(installation: Installation, now: number): JsonObject {
  const usage = usageOf(installation, now);
  const quotas = organizationQuotas(installation.limits, usage);
  const perUser = (use: PlanUse): JsonObject => ({
    [installation.email]: { runningInstancesCount: use.instances, runningCoresCount: use.cores },
  });
  const withUsers = (name: 'flex' | 'onDemand'): JsonObject => ({
    ...(quotas[name] as JsonObject),
    runningCountsPerUser: perUser(usage.plans[name]),
  });
  return { flex: withUsers('flex'), onDemand: withUsers('onDemand'), reserved: [] };
}

/** `GET /info`: the account, its limits and use, and the projects it may use. */
export function infoView(installation: Installation, now: number): JsonObject {
  const { limits, email } = installation;
  const usage = usageOf(installation, now);
  const { plans } = usage;
  const all = [plans.flex, plans.onDemand, plans.reserved];
  return {
    email,
    maxTask: limits.maxTask,
    taskCount: usage.tasks,
    maxRunningTask: limits.maxTask,
    runningTaskCount: usage.runningTasks,
    maxJob: limits.maxJob,
    jobCount: usage.jobs,
    maxPool: limits.maxPool,
    poolCount: usage.pools,
    maxRunningPool: limits.maxPool,
    runningPoolCount: usage.runningPools,
    maxBucket: 100,
    runningInstanceCount: all.reduce((sum, { instances }) => sum + instances, 0),
    runningCoreCount: all.reduce((sum, { cores }) => sum + cores, 0),
    maxInstances: limits.maxInstances,
    maxCores: limits.maxCores,
    maxFlexInstances: limits.maxInstances,
    maxFlexCores: limits.maxCores,
    maxOnDemandInstances: 64,
    maxOnDemandCores: 512,
    quotaBytes: 0,
    quotaBytesBucket: 10 * GIB,
    usedQuotaBytes: 0,
    usedQuotaBytesBucket: 0,
    defaultScheduling: 'Flex',
    defaultReservedSpecificationKey: '',
    computingQuotas: {
      user: userQuotas(limits, usage),
      organization: { name: ORGANIZATION, ...organizationQuotas(limits, usage) },
    },
    projects: projectsOf(installation).map(({ uuid, name, slug }, index) => ({
      uuid,
      name,
      slug,
      organizationUuid: uuidOf(`organization of ${String(installation.world.seed)}`),
      description: '',
      isDefault: index === 0,
    })),
  };
}
