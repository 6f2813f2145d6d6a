/** What one would write in an afternoon: Yoga, resolvers by hand, the built-in fetch. */
import { createSchema, createYoga } from 'graphql-yoga';
import { executionsOf, newestRows, tasksOf, type GetJson, type Row } from './fetch-rows.ts';
import { serve, upstreams } from './serve.ts';

const at = upstreams();
const get: GetJson = async (url, init) => (await fetch(url, init)).json();

const typeDefs = `
  type Query { jobs(first: Int): Jobs! }
  type Jobs { nodes: [Job!]! }
  type Job { id: ID! name: String! status: Status! createdAt: String! provider: Provider! tasks: Tasks! executions: Executions! }
  type Status { state: String! }
  type Provider { key: String! }
  type Tasks { nodes: [Task!]! }
  type Task { name: String image: String }
  type Executions { nodes: [Execution!]! }
  type Execution { index: Int attempt: Int exitCode: Int status: Status! node: Node }
  type Node { name: String }
`;

serve(
  createYoga({
    logging: false,
    schema: createSchema({
      typeDefs,
      resolvers: {
        Query: { jobs: () => newestRows(get, at) },
        Jobs: { nodes: (rows: Row[]) => rows },
        Job: {
          tasks: (row: Row) => ({ nodes: tasksOf(row) }),
          executions: async (row: Row) => ({ nodes: await executionsOf(get, at, row) }),
        },
      },
    }),
  }),
);
