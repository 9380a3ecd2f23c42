import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { TactError } from '../kernel/errors.ts';
import { type ParsedTests, type PolicyOfTests, parseTests } from '../policy/parse-tests.ts';
import { parsePolicyFile } from './policy-file.ts';
import { formatNoun } from './render/number.ts';

const ENDING = '.tests.yaml';

/** A file of policy tests as it was read. */
export interface TestFile {
  /** As it was named, or found below what was named. */
  readonly file: string;
  readonly text: string;
  readonly parsed: ParsedTests;
}

/** The files that are named, and every `*.tests.yaml` in the folders that are; throws `usage` when there is none. */
export function findTestFiles(named: readonly string[], folder: string): string[] {
  const files = named.flatMap((each) => filesAt(each, resolve(folder, each)));
  if (files.length > 0) return [...new Set(files)];
  throw new TactError(
    'usage',
    `no file in ${named.join(', ')} ends in ${ENDING}; name one, or a folder with some`,
  );
}

function filesAt(name: string, path: string): string[] {
  if (!statOf(name, path).isDirectory()) return [name];
  const entries = readdirSync(path, { withFileTypes: true }).sort((one, other) =>
    one.name < other.name ? -1 : 1,
  );
  return entries.flatMap((entry) => {
    if (entry.isDirectory())
      return isPassedBy(entry.name) ? [] : filesAt(join(name, entry.name), join(path, entry.name));
    return entry.name.endsWith(ENDING) ? [join(name, entry.name)] : [];
  });
}

function isPassedBy(folder: string): boolean {
  return folder.startsWith('.') || folder === 'node_modules';
}

function statOf(name: string, path: string) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat) return stat;
  throw new TactError('usage', `cannot read ${name}: there is no such file or folder`);
}

/** Reads a file of tests and the policy beside it. */
export function readTestFile(file: string, folder: string): TestFile {
  const path = resolve(folder, file);
  const text = readFileSync(path, 'utf8');
  return {
    file,
    text,
    parsed: parseTests(text, file, (name) => policyAt(resolve(dirname(path), name), name)),
  };
}

function policyAt(path: string, name: string): PolicyOfTests {
  try {
    const { parsed } = parsePolicyFile(path);
    if (parsed.ok) return { ok: true, policy: parsed.policy };
    const errors = formatNoun(parsed.problems.length, 'error');
    return { ok: false, why: `the policy ${name} has ${errors}; tact check --policy lists them` };
  } catch (error) {
    if (!(error instanceof TactError)) throw error;
    return { ok: false, why: `cannot read the policy ${name}` };
  }
}
