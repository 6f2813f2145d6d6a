/**
 * The ways in which this API may differ from our reading of it. Much of its wire is unverified, so a client is only
 * right when its result is the same in every one of these modes. They combine freely.
 */
export interface CharityEngineMutation {
  /**
   * HTTP status of failures: always 200, as in the platform's ancestor, or 400, 401, 403, 404 and 429 as they fit.
   * Default `status200`. Which one the service does is unknown.
   */
  readonly failureStatus: 'status200' | 'http';
  /** What a status query says of ids it does not know: nothing, null, or a failure of the whole call. Default `omit`. */
  readonly unknownIds: 'omit' | 'null' | 'fail';
  /** Random unknown members at every level of every answer. */
  readonly extraFields: boolean;
  /** `jobs` is a list of objects with an `id` instead of a map. */
  readonly jobsAsArray: boolean;
  /** The map of jobs is the whole answer of a status query: no envelope. Goes before `jobsAsArray`. */
  readonly bareJobs: boolean;
  /** `states` is a list of objects with a `name` instead of a map. */
  readonly statesAsArray: boolean;
  readonly upperCaseStatus: boolean;
  /** The words of the platform's ancestor: queued, in_progress, done, error. */
  readonly boincVocabulary: boolean;
  /** A creation of one job answers `id`, a string, instead of `ids`. */
  readonly idSingular: boolean;
  /** Creations answer `jobIds` instead of `ids`. Goes after `idSingular`. */
  readonly idsAsJobIds: boolean;
  /** `outputFiles` lists URLs instead of objects. */
  readonly outputFilesAsStrings: boolean;
  /** No `success` where `ids` or `jobs` say as much, nor beside an `error`. */
  readonly missingSuccess: boolean;
  /** Ids are numbers, here and in paths. Ids of the other form are unknown then. */
  readonly numericIds: boolean;
  /** `log` holds the end of the log only. */
  readonly truncatedLog: boolean;
  readonly noVmStatus: boolean;
  /** The machine of a job that ended is `stopped`, however the job itself ended. */
  readonly vmStopped: boolean;
  /** A part in `states` for every index of a job that has several, instead of one for the whole job. */
  readonly partPerIndex: boolean;
}

/** The modes that are switches, each of which must leave a client's result as it is. */
export const MUTATION_SWITCHES = [
  'extraFields',
  'jobsAsArray',
  'bareJobs',
  'statesAsArray',
  'upperCaseStatus',
  'boincVocabulary',
  'idSingular',
  'idsAsJobIds',
  'outputFilesAsStrings',
  'missingSuccess',
  'numericIds',
  'truncatedLog',
  'noVmStatus',
  'vmStopped',
  'partPerIndex',
] as const satisfies readonly (keyof CharityEngineMutation)[];

/** What is documented, and the likelier reading where nothing is. */
export const AS_DOCUMENTED: CharityEngineMutation = {
  failureStatus: 'status200',
  unknownIds: 'omit',
  extraFields: false,
  jobsAsArray: false,
  bareJobs: false,
  statesAsArray: false,
  upperCaseStatus: false,
  boincVocabulary: false,
  idSingular: false,
  idsAsJobIds: false,
  outputFilesAsStrings: false,
  missingSuccess: false,
  numericIds: false,
  truncatedLog: false,
  noVmStatus: false,
  vmStopped: false,
  partPerIndex: false,
};
