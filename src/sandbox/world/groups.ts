/** Groups: jobs that their owner keeps together. */
import type { GroupDraft, JobDraft, SiteState } from './state.ts';
import { hasEnded } from './state.ts';

/** Opens a group. A simulated one is closed when its jobs have ended and no more are coming. */
export function openGroup(
  site: SiteState,
  group: Pick<GroupDraft, 'id' | 'name' | 'team' | 'tags'>,
  simulated: boolean,
): void {
  site.groups.set(group.id, { ...group, createdAt: site.timeline.now, closedAt: null, jobIds: [] });
  if (simulated) site.simulatedGroups.add(group.id);
}

/** Puts a job into its group; a group nobody has opened is opened under the job's name. */
export function joinGroup(site: SiteState, groupId: string, job: JobDraft): void {
  if (!site.groups.has(groupId)) {
    openGroup(site, { id: groupId, name: job.name, team: job.team, tags: job.tags }, false);
  }
  site.groups.get(groupId)?.jobIds.push(job.id);
}

/** Takes a forgotten job out of its group; a simulated group that is over goes with its last job. */
export function leaveGroup(site: SiteState, groupId: string, jobId: string): void {
  const group = site.groups.get(groupId);
  if (group === undefined) return;
  group.jobIds = group.jobIds.filter((id) => id !== jobId);
  if (group.jobIds.length === 0 && site.simulatedGroups.has(groupId) && site.growingGroupId !== groupId) {
    site.groups.delete(groupId);
    site.simulatedGroups.delete(groupId);
  }
}

export function closeGroupWhenDone(site: SiteState, groupId: string): void {
  const group = site.groups.get(groupId);
  if (group === undefined || group.closedAt !== null || !site.simulatedGroups.has(groupId)) return;
  if (site.growingGroupId === groupId) return;
  const open = group.jobIds.some((id) => {
    const job = site.jobs.get(id);
    return job !== undefined && !hasEnded(job);
  });
  if (!open) group.closedAt = site.timeline.now;
}
