import { Lexer } from 'yaml';
import type { ProblemCode } from './problem.ts';

/** The deepest nesting that is read. */
export const DEPTH_MAX = 24;

/** What keeps a text from being parsed at all, and the offset where. */
export interface Refusal {
  readonly code: ProblemCode;
  readonly offset: number;
  readonly message: string;
  readonly hint?: string;
}

const SCALAR_MARK = '\u001f';
/** What the lexer adds to the text to say where documents and scalars begin. */
const MARKS = new Set(['\u0002', '\u0018', SCALAR_MARK]);

/**
 * Looks over the tokens of a text before it is parsed. A parser that follows deep nesting runs out of stack, and takes
 * the process with it; anchors, aliases and tags make a small text large, or something else than it seems.
 */
export function scan(text: string): Refusal | undefined {
  let offset = 0;
  let depth = NO_DEPTH;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    if (MARKS.has(token)) {
      isScalar = token === SCALAR_MARK;
      continue;
    }
    if (!isScalar) depth = stepped(depth, token);
    const refusal =
      depth.flow + depth.line > DEPTH_MAX ? tooDeep(offset) : refuseProperty(token, isScalar, offset);
    if (refusal !== undefined) return refusal;
    if (/[\r\n]/.test(token)) depth = { ...depth, line: 0 };
    isScalar = false;
    offset += token.length;
  }
  return undefined;
}

/** How many brackets are open, and how many collections were begun on the line. */
interface Depth {
  readonly flow: number;
  readonly line: number;
}

const NO_DEPTH: Depth = { flow: 0, line: 0 };

function stepped({ flow, line }: Depth, token: string): Depth {
  if (token === '[' || token === '{') return { flow: flow + 1, line };
  if (token === ']' || token === '}') return { flow: flow - 1, line };
  const begins = token === '-' || token === '?' || (token === ':' && flow === 0);
  return begins ? { flow, line: line + 1 } : { flow, line };
}

function tooDeep(offset: number): Refusal {
  return { code: 'yaml', offset, message: `nested more than ${DEPTH_MAX} deep` };
}

function refuseProperty(token: string, isScalar: boolean, offset: number): Refusal | undefined {
  if (isScalar) return undefined;
  const shown = token.slice(0, 40);
  if (token.startsWith('&') || token.startsWith('*')) {
    const hint = 'write the value out where it is needed';
    return { code: 'alias', offset, message: `anchors and aliases are not read, got ${shown}`, hint };
  }
  return token.startsWith('!')
    ? { code: 'alias', offset, message: `tags are not read, got ${shown}` }
    : undefined;
}
