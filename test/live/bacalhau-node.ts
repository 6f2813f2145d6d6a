/** A job as the orchestrator itself shows it. */
export interface NodeJob {
  readonly ID: string;
  readonly Name: string;
  readonly Version: number;
  readonly Labels: Readonly<Record<string, string>>;
  readonly State: { readonly StateType: string; readonly Message?: string };
}

export interface NodeExecution {
  readonly ID: string;
  readonly JobVersion: number;
  readonly ComputeState: { readonly StateType: number };
}

const ENDED: ReadonlySet<string> = new Set(['Completed', 'Failed', 'Stopped']);

/** Asks an orchestrator directly, past any gateway. */
export class BacalhauNode {
  readonly #jobs: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, apiKey: string | undefined) {
    this.#jobs = `${url.replace(/\/$/, '')}/api/v1/orchestrator/jobs`;
    this.#headers = {
      'content-type': 'application/json',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    };
  }

  /** Every job with this label, whatever its namespace. */
  async labelled(key: string, value: string): Promise<readonly NodeJob[]> {
    const query = new URLSearchParams({ labels: `${key}=${value}`, limit: '1000', namespace: '*' });
    const { Items } = await this.#ask<{ Items: NodeJob[] | null }>('GET', `?${query.toString()}`);
    return Items ?? [];
  }

  async job(id: string): Promise<NodeJob> {
    return (await this.#ask<{ Job: NodeJob }>('GET', `/${id}`)).Job;
  }

  /** The executions of all versions of a job. */
  async executions(id: string): Promise<readonly NodeExecution[]> {
    const query = '/executions?all_job_versions=true';
    return (await this.#ask<{ Items: NodeExecution[] }>('GET', `/${id}${query}`)).Items;
  }

  /** Stops what has not ended, and answers how many those were. */
  async stopAll(jobs: readonly NodeJob[]): Promise<number> {
    const open = jobs.filter(({ State }) => !ENDED.has(State.StateType));
    for (const { ID } of open) await this.#ask('DELETE', `/${ID}`);
    return open.length;
  }

  async #ask<Body>(method: string, path: string): Promise<Body> {
    const response = await fetch(this.#jobs + path, { method, headers: this.#headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${String(response.status)} ${text}`);
    return JSON.parse(text) as Body;
  }
}
