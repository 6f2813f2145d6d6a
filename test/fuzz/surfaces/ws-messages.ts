import fc from 'fast-check';
import { schema } from '../../../src/graph/schema.ts';
import { frameBytes, TEXT } from '../frames.ts';
import { Grammar } from '../grammar.ts';
import { asBytes } from '../http-text.ts';
import { jsonText, perturbed } from '../json-noise.ts';
import { choices, damaged, ODD_TEXTS } from '../noise.ts';
import { surface } from '../surface.ts';
import { handshake, overWebSocket } from '../web-socket.ts';

interface Input {
  readonly messages: readonly string[];
}

const INIT = '{"type":"connection_init","payload":{"apiKey":"%KEY%"}}';

/** Who somebody is, said in ways that are right, odd or wrong. */
const GREETINGS = [
  { Authorization: 'Bearer %JWT%' },
  { authorization: ['Bearer %JWT%'] },
  { apiKey: { a: '%KEY%' } },
  { apiKey: '%KEY%', authorization: 'Bearer %JWT%' },
  { apiKey: '%KEY%', 'x-qarnot-token': '%BROUGHT%' },
  { apiKey: '%KEY%', 'x-qarnot-token': ['%BROUGHT%'] },
  { apiKey: '%KEY%', 'X-Qarnot-Token': 'x\r\ny: %BROUGHT%' },
  { apiKey: '%KEY%', 'x-qarnot-token': 'ü'.repeat(5_000) },
  [],
  '%KEY%',
].map((payload) => JSON.stringify({ type: 'connection_init', payload }));

const say = (message: object): string => JSON.stringify(message);

/** Messages of the protocol, right or wrong, out of order, with ids that are used twice. */
export const wsMessages = surface<Input>({
  name: 'ws-messages',
  inputs: ({ known }) => {
    const id = fc.oneof({ weight: 6, arbitrary: fc.constantFrom('1', '2') }, { weight: 1, arbitrary: fc.constantFrom(...ODD_TEXTS) }); // prettier-ignore
    const query = fc.oneof(
      fc.constantFrom('{ __typename }', 'subscription { jobEvents { __typename ... on LiveMessage { cursor } } }', 'subscription { actEvents { __typename } }', 'subscription { jobEvents(start: NOW) { __typename } }', '{ jobs(first: 1) { nodes { id } } }'), // prettier-ignore
      fc.constantFrom(...(known.ids['execution'] ?? [])).map((execution) => `subscription { logs(execution: ${JSON.stringify(execution)}, tail: 3) { __typename } }`), // prettier-ignore
      fc.constantFrom(...known.liveCursors).map((after) => `subscription { jobEvents(after: ${JSON.stringify(after)}) { __typename } }`), // prettier-ignore
      damaged(fc.constantFrom(...known.liveCursors)).map((after) => `subscription { taskEvents(after: ${JSON.stringify(after)}) { __typename } }`), // prettier-ignore
      choices(120).map((numbers) => new Grammar(schema, known, numbers).document()),
    );
    const payload = fc.record(
      { query, variables: fc.constantFrom({}, null, { a: 1 }), operationName: fc.constantFrom(null, null, null, 'Q', ''), extensions: fc.constantFrom({}, null, { persistedQuery: {} }) }, // prettier-ignore
      { requiredKeys: ['query'] },
    );
    const right = fc.oneof(
      { weight: 6, arbitrary: fc.record({ id, type: fc.constant('subscribe'), payload }) },
      { weight: 3, arbitrary: fc.record({ id, type: fc.constant('complete') }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('ping', 'pong', 'connection_init', 'connection_ack', 'next', 'error', 'start', 'constructor'), id }) }, // prettier-ignore
    );
    const message = fc.oneof(
      { weight: 20, arbitrary: right.map(say) },
      { weight: 3, arbitrary: fc.tuple(right, choices(12)).map(([made, numbers]) => JSON.stringify(perturbed(made, numbers))) }, // prettier-ignore
      { weight: 1, arbitrary: damaged(right.map(say)) },
      { weight: 1, arbitrary: choices(30).map((numbers) => jsonText(numbers)) },
    );
    const init = fc.oneof(
      { weight: 30, arbitrary: fc.constant([INIT]) },
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.constant([INIT, INIT]) },
      { weight: 3, arbitrary: fc.constantFrom(...GREETINGS).map((text) => [text]) },
    );
    return fc
      .tuple(init, fc.array(message, { maxLength: 8 }))
      .map(([first, rest]) => ({ messages: [...first, ...rest] }));
  },
  send: async (visit, { messages }) => {
    const frames = [...messages, '{"type":"ping","payload":{"last":true}}'].map((text) =>
      frameBytes({ ...TEXT, payload: asBytes(visit.door.fill(text)) }),
    );
    await overWebSocket(visit, [handshake(), ...frames], (heard) => heard.some(({ payload }) => payload.includes('"last":true'))); // prettier-ignore
  },
});
