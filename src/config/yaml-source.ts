import { isMap, isScalar, isSeq, Lexer, LineCounter, parseDocument, Parser, type Document } from 'yaml';
import { spellPath } from './echo.ts';
import { excerptLine, type Shown } from './excerpt.ts';
import type { ConfigProblem, Finding, Path } from './problem.ts';
import { shownPieces } from './shown.ts';
import { explainSyntax } from './syntax-problem.ts';
import { keyText, plainValue, startOf } from './yaml-value.ts';

/** The deepest valid file needs about ten; the library's composer recurses and would take the process down. */
const MAX_DEPTH = 60;
/** Beyond this many syntax problems the rest is noise of the first. */
const MAX_SYNTAX_PROBLEMS = 10;

/** A parsed file: its plain value, and the way from a path in that value back to a place in the text. */
export interface YamlSource {
  /** Undefined when the file holds nothing but comments. */
  readonly value: unknown;
  /** What is wrong with the text as YAML. When there is anything, `value` is not worth checking. */
  readonly problems: readonly ConfigProblem[];
  locate(finding: Finding): ConfigProblem;
}

/** Nesting is counted while tokens arrive, before anything recurses over them. Null when it is bearable. */
function tooDeepAt(text: string): number | null {
  const parser = new Parser();
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    // The generator only yields at the end of a document; running it is what moves the stack.
    for (const token of parser.next(lexeme)) void token;
    if (parser.stack.length > MAX_DEPTH) return offset;
    offset += lexeme.length;
  }
  return null;
}

/** False for the value of a key that has none: it has a place in the text, but nothing to point at. */
function isSet(node: unknown): boolean {
  return isScalar(node) ? node.range?.[0] !== node.range?.[1] : node !== null;
}

/** The node that a path names, or the nearest one around it that exists. */
function nodeAt(root: unknown, { path, at }: Pick<Finding, 'path' | 'at'>): unknown {
  let node = root;
  let found = root;
  for (const [i, part] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => keyText(item) === part);
      if (pair === undefined) return found;
      const last = i === path.length - 1;
      const empty = !isSet(pair.value);
      found = (last && at === 'key') || empty ? pair.key : pair.value;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (node === undefined || node === null) return found;
      found = node;
    } else return found;
  }
  return found;
}

/** Parses the text of a configuration file. Never throws, whatever the text. */
export function parseYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const shown = new Map<number, Shown[]>();
  const problemAt = (path: Path, offset: number, message: string, fix: string): ConfigProblem => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    const at = Math.max(line, 1);
    const excerpt = excerptLine(text, lines.lineStarts[at - 1] ?? 0, offset, shown.get(at) ?? []);
    return { path: spellPath(path), line: at, column: Math.max(col, 1), message, fix, excerpt };
  };
  const broken = (problems: readonly ConfigProblem[]): YamlSource => ({
    value: undefined,
    problems,
    locate: ({ path, message, fix }) => problemAt(path, 0, message, fix),
  });

  const deepAt = tooDeepAt(text);
  if (deepAt !== null) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
    lines.lineStarts.unshift(0);
    return broken([
      problemAt(
        [],
        deepAt,
        `Sections are nested more than about ${MAX_DEPTH / 2} deep.`,
        'Check the brackets and the indentation here.',
      ),
    ]);
  }

  let document: Document;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      uniqueKeys: false,
      resolveKnownTags: false,
      logLevel: 'error',
    });
  } catch {
    // Nothing is known to get here; a fault of the parser must still be a message and not a crash.
    const { message, fix } = explainSyntax('IMPOSSIBLE');
    return broken([{ path: '', line: null, column: null, message, fix, excerpt: null }]);
  }
  for (const piece of shownPieces(text, document.contents)) {
    const { line } = lines.linePos(piece.start);
    const pieces = shown.get(line);
    if (pieces === undefined) shown.set(line, [piece]);
    else pieces.push(piece);
  }
  // One problem per line: what follows on a line is mostly the echo of the first.
  const complaints = new Map<number, { offset: number; message: string; fix: string }>();
  const complain = (offset: number, message: string, fix: string): void => {
    const { line } = lines.linePos(offset);
    if (complaints.size < MAX_SYNTAX_PROBLEMS && !complaints.has(line)) {
      complaints.set(line, { offset, message, fix });
    }
  };
  for (const { code, pos } of [...document.errors, ...document.warnings]) {
    const { message, fix } = explainSyntax(code);
    complain(pos[0], message, fix);
  }
  const value = plainValue(document.contents, complain);
  return {
    value: document.contents === null ? undefined : value,
    problems: [...complaints.values()].map(({ offset, message, fix }) => problemAt([], offset, message, fix)),
    locate: (finding) =>
      problemAt(finding.path, startOf(nodeAt(document.contents, finding)), finding.message, finding.fix),
  };
}
