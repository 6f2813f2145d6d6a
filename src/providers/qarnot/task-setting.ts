import { GridweaveError } from '../../model/errors.ts';
import type { NativeKey } from '../../model/ids.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { Connection } from './connection.ts';
import { projectsOf, type Projects } from './map-project.ts';
import type { TaskSetting } from './map-task.ts';

export async function readProjects(connection: Connection, ctx: CallContext): Promise<Projects> {
  const { wire, receivedAt } = await connection.api.account(ctx);
  return projectsOf(connection.provider, wire, receivedAt);
}

/**
 * What rows need to be mapped. Only rows that name no project make it ask for the account (whose answer is shared for a
 * while): on services with projects every row names one. When the account cannot be read their project is null, "not
 * said", and the list stands.
 */
export async function settingFor(
  connection: Connection,
  rows: Iterable<{ readonly projectUuid: string | null }>,
  ctx: CallContext,
): Promise<TaskSetting> {
  let defaultProject: NativeKey | null = null;
  for (const row of rows) {
    if (row.projectUuid !== null) continue;
    defaultProject = await defaultProjectOf(connection, ctx);
    break;
  }
  const { provider, settings } = connection;
  return { provider, defaultProject, poolsAsNodes: settings.poolsAsNodes };
}

/** The project of what names none; null when the account has no default, or could not be read. */
export async function defaultProjectOf(connection: Connection, ctx: CallContext): Promise<NativeKey | null> {
  try {
    return (await readProjects(connection, ctx)).defaultKey;
  } catch (error) {
    const ours =
      error instanceof GridweaveError && !['CANCELLED', 'CALL_BUDGET_EXCEEDED'].includes(error.code);
    if (ours) return null;
    throw error;
  }
}
