/** Who calls: a machine credential, and which projects its roles reach. */

/** A credential that the emulator accepts. */
export interface RunaiClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Names of the projects it may see and use; default all. An empty list is a credential without any role. */
  readonly projects?: readonly string[];
}

export interface Identity {
  readonly name: string;
  /** Null for every project. */
  readonly projects: readonly string[] | null;
}

/** Someone the Researcher service does not ask for a credential. */
export function anonymous(name: string | undefined): Identity {
  return { name: name ?? '', projects: null };
}

/** Whether the identity's roles reach a project. */
export function mayUse(identity: Identity, projectName: string): boolean {
  return identity.projects === null || identity.projects.includes(projectName);
}
