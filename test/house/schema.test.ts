import { readFileSync } from 'node:fs';
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { printedSchema, schema } from '../../src/graph/schema.ts';
import { exampleOperations } from '../../src/server/example-operations.ts';

describe('the public schema', () => {
  it('is the committed one', () => {
    const committed = readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');
    expect(printedSchema()).toBe(committed);
  });

  it('describes every type, field, argument and value', () => {
    const bare: string[] = [];
    for (const type of Object.values(schema.getTypeMap())) {
      if (type.name.startsWith('__') || ['String', 'Int', 'Float', 'Boolean', 'ID'].includes(type.name))
        continue;
      if (!type.description) bare.push(type.name);
      if (isEnumType(type)) {
        for (const value of type.getValues()) if (!value.description) bare.push(`${type.name}.${value.name}`);
      }
      if (isInputObjectType(type)) {
        for (const field of Object.values(type.getFields()))
          if (!field.description) bare.push(`${type.name}.${field.name}`);
      }
      if (isObjectType(type) || isInterfaceType(type)) {
        for (const field of Object.values(type.getFields())) {
          if (!field.description) bare.push(`${type.name}.${field.name}`);
          for (const arg of field.args)
            if (!arg.description) bare.push(`${type.name}.${field.name}(${arg.name})`);
        }
      }
    }
    expect(bare).toEqual([]);
  });

  it('says of every nullable field when it is null', () => {
    const silent: string[] = [];
    for (const type of Object.values(schema.getTypeMap())) {
      if (type.name.startsWith('__') || !(isObjectType(type) || isInterfaceType(type))) continue;
      for (const field of Object.values(type.getFields())) {
        const nullable = !String(field.type).endsWith('!');
        if (nullable && !/null/i.test(field.description ?? '') && !/Resources\./.test(`${type.name}.`)) {
          silent.push(`${type.name}.${field.name}`);
        }
      }
    }
    expect(silent).toEqual([]);
  });

  it.each(exampleOperations().map(({ name, document }) => [name, document]))(
    'has the example %s right',
    (_name, document) => {
      expect(validate(schema, parse(document))).toEqual([]);
      // The first line is what a person reads in the tab.
      expect(document).toMatch(/^# /);
    },
  );
});
