import type { Command } from 'commander';
import { isGreen, runTests } from '../policy/run-tests.ts';
import type { CommandContext } from './command.ts';
import { addCommand, withJson, writeJson, writeLines } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { renderTestRun, type TestedFile, testsJson } from './render/tests.ts';
import { findTestFiles, readTestFile } from './test-files.ts';

export function addTest(parent: Command, { terminal, finish }: CommandContext): void {
  const command = addCommand(parent, 'test', {
    summary: 'does a policy decide as expected? runs the tests beside it',
    details:
      'Runs policy tests: files that end in .tests.yaml, each with a history, a message and what is expected of it, or a table over time. src/policy/README.md describes them. Connects to nothing.',
    examples: [
      ['tact test', 'every *.tests.yaml in this folder and below'],
      ['tact test deploy/policies', 'those in a folder'],
      ['tact test shop.tests.yaml', 'one file; exit code 4 when a test is red, 3 when a file has errors'],
      ['tact test --json', 'the same for machines'],
    ],
  });
  withJson(command.argument('[paths...]', 'files of tests, or folders that hold some', ['.'])).action(
    async (paths: readonly string[], options: { readonly json?: boolean }) => {
      const folder = terminal.workingDirectory;
      const files = findTestFiles(paths, folder).map((file) => testFile(file, folder));
      finish(exitCodeFor(files));
      if (options.json) return writeJson(terminal, testsJson(files));
      await writeLines(terminal, renderTestRun(files, terminal.style));
    },
  );
}

function testFile(file: string, folder: string): TestedFile {
  const { text, parsed } = readTestFile(file, folder);
  if (!parsed.ok) return { file, text, problems: parsed.problems };
  return { file, text, problems: [], policy: parsed.suite.policy, results: runTests(parsed.suite) };
}

/** What cannot be read weighs more than what is red. */
function exitCodeFor(files: readonly TestedFile[]): ExitCode {
  if (files.some(({ problems }) => problems.length > 0)) return EXIT.invalid;
  return files.every(({ results = [] }) => results.every(isGreen)) ? EXIT.ok : EXIT.failed;
}
