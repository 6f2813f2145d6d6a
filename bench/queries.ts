/** What is measured: the same three questions for every subject. */
export const QUERIES = {
  /** 50 jobs of two providers, flat. */
  flat: '{ jobs(first: 50) { nodes { id name status { state } createdAt provider { key } } } }',
  /** The same with tasks, executions and nodes. */
  nested:
    '{ jobs(first: 50) { nodes { id name status { state } createdAt provider { key } tasks { nodes { name image } } executions { nodes { index attempt exitCode status { state } node { name } } } } } }',
  /** The price of a request that asks no provider. */
  tiny: '{ __typename }',
} as const;

export type QueryName = keyof typeof QUERIES;
