import type { ObjectRef } from '@pothos/core';
import type { SourceReport } from '../merge/source-report.ts';
import type { Edge, MergedPage } from '../merge/connection.ts';
import { builder } from './builder.ts';

type SchemaTypes = (typeof builder)['$inferSchemaTypes'];
import { SourceReportType } from './source-report.ts';
import { DEFAULT_PAGE_SIZE } from './paging.ts';

const PageInfoType = builder
  .objectRef<Pick<MergedPage<unknown>, 'hasNextPage' | 'hasPreviousPage' | 'endCursor' | 'edges'>>('PageInfo')
  .implement({
    description: 'Where a page stands in its list, after Relay’s convention. Lists are read forward.',
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasNextPage', {
        description:
          'Whether asking on with `endCursor` may bring more rows. Also true when a source failed in a way that may heal: look at `sources` before asking on at once.',
      }),
      hasPreviousPage: t.exposeBoolean('hasPreviousPage', { description: 'Whether `after` was given.' }),
      startCursor: t.string({
        nullable: true,
        description: 'The cursor of the first edge. Null when the page is empty.',
        resolve: (page) => page.edges[0]?.cursor() ?? null,
      }),
      endCursor: t.string({
        nullable: true,
        description:
          'Pass this as `after` for the next page. It may be past the last edge, when rows that do not match were read. Null when nothing was read.',
        resolve: (page) => page.endCursor(),
      }),
    }),
  });

/** Defines `<Name>Connection` and `<Name>Edge` around an object type. */
export function connectionType<T extends object>(
  name: string,
  plural: string,
  node: ObjectRef<SchemaTypes, T>,
) {
  const edge = builder.objectRef<Edge<T>>(`${name}Edge`).implement({
    description: `One of the ${plural} of a page, with its place in the list.`,
    fields: (t) => ({
      cursor: t.string({
        description: 'Pass this as `after` to go on behind this row.',
        resolve: (row) => row.cursor(),
      }),
      // The compiler cannot see through T to the shape of a single object; for the list below it can.
      node: t.field({ type: node, description: 'The object.', resolve: (row) => row.node as never }),
    }),
  });
  return builder.objectRef<MergedPage<T>>(`${name}Connection`).implement({
    description: `A page of ${plural}, with a report on every provider it was read from.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: 'The rows with their cursors.',
        resolve: (page) => [...page.edges],
      }),
      nodes: t.field({
        type: [node],
        description: 'The rows.',
        resolve: (page) => page.edges.map((row) => row.node),
      }),
      pageInfo: t.field({ type: PageInfoType, description: 'How to go on.', resolve: (page) => page }),
      sources: t.field({
        type: [SourceReportType],
        description: 'One report for every provider, asked or not.',
        resolve: (page): SourceReport[] => [...page.sources],
      }),
      totalCount: t.exposeInt('totalCount', {
        nullable: true,
        description:
          'How many there are in all. Null when the providers do not say without being read to the end.',
      }),
    }),
  });
}

/** Descriptions and default of the two arguments that every list takes. */
export const PAGE_ARG_OPTIONS = {
  first: {
    defaultValue: DEFAULT_PAGE_SIZE,
    description: 'How many rows at most: from 1 to the configured page size.',
  },
  after: { description: 'A cursor: rows behind it are given. Absent for the first page.' },
} as const;
