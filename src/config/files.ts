import { dirname, isAbsolute, join } from 'node:path';
import type { Refusal } from './issues.ts';
import { Secret } from './secret.ts';

/** Reads a file, or throws with the system's `code`. */
export type ReadFile = (path: string) => string;

/** Opens the files that a configuration names; what cannot be read becomes a refusal of the field that names it. */
export interface NamedFiles {
  /** The path to use: a relative one of the configuration file starts at that file's folder. */
  locate(field: readonly PropertyKey[], path: string): string;
  /** The content; undefined when the field is not set, or after a refusal. */
  read(field: readonly PropertyKey[], path: string | undefined): string | undefined;
  /** The content without its last line end, or the value given beside it. */
  readSecret(
    section: readonly PropertyKey[],
    value: string | undefined,
    file: SecretFile,
  ): Secret | undefined;
  readonly refusals: readonly Refusal[];
}

interface SecretFile {
  /** Name of the field that names the file. */
  readonly field: string;
  readonly path: string | undefined;
}

export function namedFiles(options: {
  readonly readFile: ReadFile;
  readonly configFile: string | undefined;
  /** Whether the environment set the field: then a relative path starts at the working directory. */
  readonly isOverridden: (path: readonly PropertyKey[]) => boolean;
}): NamedFiles {
  const { readFile, configFile, isOverridden } = options;
  const refusals: Refusal[] = [];
  const locate = (field: readonly PropertyKey[], path: string): string =>
    configFile === undefined || isAbsolute(path) || isOverridden(field)
      ? path
      : join(dirname(configFile), path);

  function read(field: readonly PropertyKey[], path: string | undefined): string | undefined {
    if (path === undefined) return undefined;
    const located = locate(field, path);
    try {
      return readFile(located);
    } catch (error) {
      refusals.push({ path: field, message: `cannot be read: ${located} (${systemCode(error)})` });
      return undefined;
    }
  }

  return {
    refusals,
    locate,
    read,
    readSecret(section, value, { field, path }) {
      if (value !== undefined) return new Secret(value);
      const content = read([...section, field], path)?.replace(/\r?\n$/, '');
      if (content === '') refusals.push({ path: [...section, field], message: 'names an empty file' });
      return content === undefined || content === '' ? undefined : new Secret(content);
    },
  };
}

/** `ENOENT` and the like; never the message, which may repeat what was read. */
export function systemCode(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'unknown error';
}
