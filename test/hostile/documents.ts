/** Documents and bodies that are made to keep a GraphQL server busy. Shared by the tests and `bench/hostile`. */

const times = (count: number, each: (i: number) => string, between = ' '): string =>
  Array.from({ length: count }, (_, i) => each(i)).join(between);

const DEEP = 10_000;
const MEGABYTE = 1_000_000;

/** So that no cache knows it: a comment and a name that nobody had before. */
let serial = 0;
const fresh = (): string => `q${(serial++).toString(36)}`;

/** 50,000 times the same field under another name, some 0.9 MB. */
export const aliasBomb = (): string =>
  `query ${fresh()} { ${times(50_000, (i) => `a${String(i)}:__typename`)} }`;

/** Just below the limit of tokens: everything that is refused after parsing has been parsed. */
export const aliasesWithinTokens = (): string =>
  `query ${fresh()} { ${times(1_650, (i) => `a${String(i)}:__typename`)} }`;

export const fragmentCycle = (): string =>
  `query ${fresh()} { ...A } fragment A on Query { ...B } fragment B on Query { ...C } fragment C on Query { ...A __typename }`;

/** 800 fragments in one circle. */
export const longFragmentCycle = (): string =>
  `query ${fresh()} { ...F0 } ${times(600, (i) => `fragment F${String(i)} on Query { ...F${String((i + 1) % 600)} }`)}`;

/** 30 levels that each spread the next one twice: 2^30 fields. */
export const billionLaughs = (): string =>
  `query ${fresh()} { ...F0 } ${times(30, (i) => `fragment F${String(i)} on Query { ...F${String(i + 1)} ...F${String(i + 1)} }`)} fragment F30 on Query { __typename }`;

export const deepSelection = (depth = DEEP): string =>
  `query ${fresh()} ${'{a'.repeat(depth)}${'}'.repeat(depth)}`;

/** As deep as the tokens allow. */
export const deepSelectionWithinTokens = (): string => deepSelection(1_600);

export const deepInlineFragments = (depth = DEEP): string =>
  `query ${fresh()} { ${'...{'.repeat(depth)}__typename${'}'.repeat(depth)} }`;

const inArgument = (value: string): string => `query ${fresh()} { job(id: ${value}) { id } }`;

export const deepListLiteral = (depth = DEEP): string => inArgument('['.repeat(depth) + ']'.repeat(depth));

export const deepObjectLiteral = (depth = DEEP): string =>
  inArgument(`${'{a:'.repeat(depth)}1${'}'.repeat(depth)}`);

export const deepType = (depth = DEEP): string =>
  `query ${fresh()}($a: ${'['.repeat(depth)}Int${']'.repeat(depth)}) { __typename }`;

export const validTokens = (): string => `query ${fresh()} { ${'key '.repeat(MEGABYTE / 4 - 100)} }`;
export const giantString = (): string => inArgument(`"${'x'.repeat(MEGABYTE)}"`);
/** Every character is an escape. */
export const giantEscapes = (): string => inArgument(`"${'\\u0041'.repeat(MEGABYTE / 6)}"`);
/** Half as long: line ends take two characters in JSON. */
export const giantBlockString = (): string => inArgument(`"""${' \n'.repeat(MEGABYTE / 3)}x"""`);
export const giantComment = (): string => `query ${fresh()} { __typename } #${'x'.repeat(MEGABYTE)}`;
/** No comment is a token, so none is counted as one. */
export const manyComments = (): string => `query ${fresh()} { __typename } ${'#\n'.repeat(MEGABYTE / 3)}`;
export const commas = (): string => `query ${fresh()} { __typename ${','.repeat(MEGABYTE)} }`;
export const giantName = (): string => `query ${fresh()} { ${'x'.repeat(MEGABYTE)} }`;
export const giantNumber = (): string =>
  `query ${fresh()} { jobs(first: ${'9'.repeat(MEGABYTE)}) { nodes { id } } }`;

/** 100,000 of them in 0.7 MB. */
export const directiveFlood = (): string => `query ${fresh()} { __typename ${'@a '.repeat(100_000)} }`;
export const directivesWithinTokens = (): string => `query ${fresh()} { __typename ${'@a '.repeat(2_400)} }`;

/** The same field again and again: each is compared with each. */
export const repeatedFields = (): string => `query ${fresh()} { jobs { nodes { ${'id '.repeat(1_900)} } } }`;

export const repeatedFieldsWithArguments = (): string =>
  `query ${fresh()} { jobs { nodes { ${'executions(first:1){nodes{id}} '.repeat(380)} } } }`;

/** Every pair of fragments is compared. */
export const manyFragments = (): string =>
  `query ${fresh()} { jobs { nodes { ${times(480, (i) => `...F${String(i)}`)} } } } ${times(480, (i) => `fragment F${String(i)} on Job { id }`)}`;

/** Every operation walks every fragment. */
export const manyOperations = (): string =>
  `${times(300, (i) => `query Q${String(i)} { ...F0 }`)} ${times(300, (i) => `fragment F${String(i)} on Query { ...F${String(i + 1)} }`)} fragment F300 on Query { ${fresh()}: __typename }`;

/** Each misspelt name is compared with each there is. */
export const misspeltNames = (): string =>
  `query ${fresh()} { ${times(19, (i) => `jobz${String(i)} { x }`)} jobs { nodes { ${times(1_600, (i) => `statuz${String(i)}`)} } } }`;

export const misspeltTypes = (): string =>
  `query ${fresh()}(${times(1_100, (i) => `$v${String(i)}: JobFiltr${String(i)}`)}) { __typename }`;

/** Types, their fields, the types of those, their fields … */
export const introspectionRecursion = (): string =>
  `query ${fresh()} { __schema { types { ${'fields { type { '.repeat(7)} name ${'} } '.repeat(7)} } } }`;

/** Within every limit of the document's shape. */
export const introspectionTimesTwenty = (): string =>
  `query ${fresh()} { ${times(
    20,
    (i) =>
      `s${String(i)}: __schema { types { name fields { name description args { name type { name kind ofType { name } } } type { name kind fields { name description args { name type { name } } type { name kind ofType { name } } } } } } }`,
  )} }`;

/** Valid, small and never seen before. */
export const neverSeenBefore = (): string =>
  `query ${fresh()} { providers { key ${times(30, (i) => `n${fresh()}${String(i)}: name`)} } }`;

/** Valid, never seen before, and as large as a document may be. */
export const neverSeenBeforeLarge = (): string =>
  `query ${fresh()} { ${fresh()}: providers { key } jobs(first: 1) { nodes { ${times(400, () => `... on Job { id name }`)} } } }`;

export const batch = (size = 1_000): string =>
  JSON.stringify(Array.from({ length: size }, () => ({ query: '{ __typename }' })));

/** Some 0.9 MB of variables that nobody asked for. */
export const hugeVariables = (): string =>
  JSON.stringify({
    query: '{ __typename }',
    variables: Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`v${String(i)}`, i])),
  });

export const deepVariables = (depth = DEEP): string =>
  `{"query":"query($f: JobFilter) { jobs(filter: $f) { nodes { id } } }","variables":{"f":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}}`;

export const deepJsonLists = (depth = 400_000): string =>
  `{"query":"query($ids: [ID!]!) { nodes(ids: $ids) { id } }","variables":{"ids":${'['.repeat(depth)}${']'.repeat(depth)}}}`;

/** 100,000 ids, and 100 are allowed. */
export const manyIds = (): string =>
  JSON.stringify({
    query: 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    variables: { ids: Array.from({ length: 100_000 }, (_, i) => i) },
  });

/** None of them fits its type. */
export const manyWrongValues = (): string =>
  JSON.stringify({
    query: 'query($s: [State!]) { jobs(filter: { states: $s }) { nodes { id } } }',
    variables: { s: Array.from({ length: 100_000 }, (_, i) => i) },
  });

/** Each of another shape: the engine makes one for each. */
export const manyShapes = (): string =>
  `{"query":"{ __typename }","variables":{"a":[${times(60_000, (i) => `{"k${String(i)}":1}`, ',')}]}}`;

export const giantCursor = (): string =>
  JSON.stringify({
    query: 'query($c: String) { jobs(after: $c) { nodes { id } } }',
    variables: { c: Buffer.from(`[1,"x",[${'["a","b",0],'.repeat(50_000)}0]]`).toString('base64url') },
  });

export const duplicateKeys = (): string => `{"query":"{ __typename }"${',"x":1'.repeat(150_000)}}`;
