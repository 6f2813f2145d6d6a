import { GraphQLScalarType } from 'graphql';
import { GraphQLDateTime, GraphQLSafeInt } from 'graphql-scalars';
import { builder } from './builder.ts';

builder.addScalarType(
  'DateTime',
  new GraphQLScalarType({
    ...GraphQLDateTime.toConfig(),
    description:
      'A point in time as an RFC 3339 string in UTC with milliseconds, such as 2026-03-02T09:15:04.120Z.',
    serialize: (value) => new Date(Number(value)).toISOString(),
  }),
);

builder.addScalarType(
  'Bytes',
  new GraphQLScalarType({
    ...GraphQLSafeInt.toConfig(),
    name: 'Bytes',
    description: 'An amount of data in bytes: an integer from 0 to 2^53-1, as a JSON number.',
  }),
);

builder.addScalarType(
  'DurationMs',
  new GraphQLScalarType({
    ...GraphQLSafeInt.toConfig(),
    name: 'DurationMs',
    description: 'A length of time in milliseconds: an integer up to 2^53-1, as a JSON number.',
  }),
);
