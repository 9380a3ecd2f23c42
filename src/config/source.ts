import { type ConfigDocument, parseConfigDocument } from './document.ts';
import { type ReadFile, systemCode } from './files.ts';
import type { ConfigProblem } from './problem.ts';

export interface ConfigSource {
  readonly ok: true;
  /** Absent when there is no file: everything has its default, or comes from the environment. */
  readonly file?: string;
  readonly document?: ConfigDocument;
}

const DEFAULT_FILE = 'tact.yaml';

/** Reads the file that was named, or `tact.yaml` if there is one. */
export function readSource(
  named: string | undefined,
  readFile: ReadFile,
): ConfigSource | { readonly ok: false; readonly problems: readonly ConfigProblem[] } {
  const file = named ?? DEFAULT_FILE;
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    const code = systemCode(error);
    if (named === undefined && code === 'ENOENT') return { ok: true };
    const message = `the configuration file cannot be read (${code})`;
    return {
      ok: false,
      problems: [{ level: 'error', path: '', message, place: { kind: 'file', file, line: 1, column: 1 } }],
    };
  }
  const parsed = parseConfigDocument(text, file);
  return parsed.ok ? { ok: true, file, document: parsed.document } : parsed;
}
