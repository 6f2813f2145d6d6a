import type { Door } from './door.ts';
import { judgeErrors, judgeHttp, judgeResult, type Judgement } from './judge.ts';
import { answersIn, talk, type HttpAnswer, type Talk, type TalkOptions } from './raw.ts';
import type { Rig } from './rig.ts';

/** One input on its way, and what became of it. */
export class Visit {
  readonly rig: Rig;
  readonly door: Door;
  readonly problems: string[] = [];
  /** What it was answered: `200`, `400 BAD_REQUEST`, `close 4400` … */
  readonly outcomes: string[] = [];

  constructor(rig: Rig, door: Door) {
    this.rig = rig;
    this.door = door;
  }

  problem(what: string): void {
    this.problems.push(what);
  }

  /** Looks for secrets in whatever came out. */
  hear(text: string, where: string): void {
    const secret = this.rig.canaries.foundIn(text);
    if (secret !== null) this.problem(`${secret} in ${where}`);
  }

  /** A well-formed request for GraphQL with this body. */
  async post(body: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    const ask = () =>
      this.door.pool.request({
        method: 'POST',
        path: '/graphql',
        headers: { 'content-type': 'application/json', ...this.door.entry(body.length), ...headers },
        body,
      });
    // A connection that was idle may be closed in the very moment in which it is used again; a second time it is not that.
    const response = await ask().catch(ask);
    const text = await response.body.text();
    const head = Object.entries(response.headers)
      .map(([name, value]) => `${name}: ${String(value)}`)
      .join('\r\n');
    const answer = {
      status: response.statusCode,
      head,
      body: text,
      type: String(response.headers['content-type'] ?? '')
        .split(';')[0]!
        .toLowerCase(),
      whole: true,
    };
    this.hear(head, 'the headers of an answer');
    this.hear(text, 'the body of an answer');
    this.#judge(answer, true);
    return answer;
  }

  /** Bytes over a connection of its own. */
  async talk(pieces: readonly string[], options: TalkOptions): Promise<Talk> {
    const said = await talk(
      this.door.port,
      pieces.map((piece) => this.door.fill(piece)),
      options,
    );
    this.hear(said.received, 'what came over a connection');
    return said;
  }

  /** Judges what came over a connection as HTTP. */
  http({ received, end }: Talk, graph: boolean): readonly HttpAnswer[] {
    const answers = answersIn(received);
    if (answers.length === 0) this.outcomes.push(end === 'CLOSED' ? 'closed' : 'silence');
    for (const answer of answers) this.#judge(answer, graph);
    return answers;
  }

  /** An answer in GraphQL that came otherwise. */
  result(result: unknown): void {
    this.#note(judgeResult(result), 'result');
  }

  errors(errors: unknown): void {
    this.#note(judgeErrors(errors), 'errors');
  }

  #judge(answer: HttpAnswer, graph: boolean): void {
    this.#note(judgeHttp(answer, graph), String(answer.status));
  }

  #note({ problems, codes }: Judgement, what: string): void {
    this.problems.push(...problems);
    this.outcomes.push([what, ...new Set(codes)].join(' '));
  }
}
