/** The wire's Job as a submission writes it. Members that are left out are the server's to fill. */
export interface JobToSend {
  readonly Name: string;
  readonly Namespace: string;
  readonly Type: string;
  readonly Priority?: number;
  readonly Count: number;
  readonly Constraints: readonly ConstraintToSend[];
  readonly Meta: Readonly<Record<string, string>>;
  readonly Labels: Readonly<Record<string, string>>;
  /** The server keeps exactly one. */
  readonly Tasks: readonly [TaskToSend];
}

export interface TaskToSend {
  readonly Name: string;
  readonly Engine: SpecConfig;
  readonly Publisher?: SpecConfig;
  readonly Env: Readonly<Record<string, string>>;
  readonly InputSources: readonly InputToSend[];
  readonly ResultPaths: readonly { readonly Name: string; readonly Path: string }[];
  readonly Resources: ResourcesToSend;
  readonly Network: { readonly Type?: string; readonly Domains?: readonly string[] };
  /** Seconds; 0 is no limit. */
  readonly Timeouts: {
    readonly ExecutionTimeout: number;
    readonly QueueTimeout: number;
    readonly TotalTimeout: number;
  };
}

export interface SpecConfig {
  readonly Type: string;
  readonly Params: Readonly<Record<string, unknown>>;
}

export interface InputToSend {
  readonly Source: SpecConfig;
  readonly Alias: string;
  readonly Target: string;
}

export interface ConstraintToSend {
  readonly Key: string;
  readonly Operator: string;
  readonly Values?: readonly string[];
}

export interface ResourcesToSend {
  readonly CPU?: string;
  readonly Memory?: string;
  readonly Disk?: string;
  readonly GPU?: string;
}

/** What a create sends. */
export interface SubmissionBody {
  /** The stock access policy for anonymous users looks for it here, in this spelling; the server takes the job's own. */
  readonly namespace: string;
  readonly Job: JobToSend;
}

export function submissionBody(job: JobToSend): SubmissionBody {
  return { namespace: job.Namespace, Job: job };
}

/** A body of this size is read, one byte more is refused (seen on 1.9.3). */
export const MAX_BODY_BYTES = 10_000_000;
