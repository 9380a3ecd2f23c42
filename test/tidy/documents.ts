import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './tree.ts';

/** The relative links of a document that lead nowhere. */
export function brokenLinks(file: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] as string)
    .filter((target) => !/^([a-z]+:|#)/.test(target))
    .filter((target) => !existsSync(join(ROOT, dirname(file), target.replace(/#.*/, ''))))
    .map((target) => `${file} links to ${target}`);
}

/** A paragraph about what does not exist yet. */
const FUTURE = /^Not yet there: [\s\S]*?(?=\n\n)/gm;

/** A command line in a document. */
export interface WrittenCommand {
  readonly file: string;
  readonly text: string;
  /** The words after `tact`, such as `tail cleared`; alternatives `a|b` give a command each. */
  readonly words: readonly string[];
  readonly options: readonly string[];
}

/** Every `tact <command>` that stands in a code block or as code in a sentence. */
export function writtenCommands(file: string, text: string): WrittenCommand[] {
  const lines = codeOf(text.replaceAll(FUTURE, '')).flatMap((code) => code.split('\n'));
  return lines.flatMap((line) => {
    const match = /^\s*(?:TACT_\w+=\S+ )*(?:npx )?tact ([a-z][^#<>;&]*)/.exec(line);
    if (!match) return [];
    const tokens = (match[1] as string)
      .replace(/ \| .*/, '')
      .trim()
      .split(/\s+/);
    const options = tokens.flatMap((token) => /^\[?(--?[a-zA-Z][\w-]*)/.exec(token)?.[1] ?? []);
    const end = tokens.findIndex((token) => !/^[a-z][a-z|-]*$/.test(token));
    const words = end < 0 ? tokens : tokens.slice(0, end);
    return alternatives(words).map((each) => ({ file, text: line.trim(), words: each, options }));
  });
}

/** Every script that a document runs with npm. */
export function writtenScripts(text: string): string[] {
  return codeOf(text).flatMap((code) =>
    [...code.matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] as string),
  );
}

/** What stands in the first column of a document's first table, its code marks taken off: `a`, `b` for `` `a`, `b` ``. */
export function firstTable(
  text: string,
): readonly { readonly names: readonly string[]; readonly cells: readonly string[] }[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^\| ?-/.test(line));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 1, end < 0 ? undefined : end).map((line) => {
    const cells = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    return { cells, names: [...(cells[0] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] as string) };
  });
}

function codeOf(text: string): string[] {
  const fenced = [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].map((match) => match[1] as string);
  const rest = text.replace(/^```[^\n]*\n[\s\S]*?^```/gm, '');
  const indented = rest.split('\n').filter((line) => /^ {4}\S/.test(line));
  const inline = [...rest.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] as string);
  return [...fenced, ...indented, ...inline];
}

function alternatives(words: readonly string[]): readonly (readonly string[])[] {
  return words.reduce<readonly (readonly string[])[]>(
    (all, word) => all.flatMap((before) => word.split('|').map((each) => [...before, each])),
    [[]],
  );
}
