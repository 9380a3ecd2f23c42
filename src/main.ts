#!/usr/bin/env node
import { runCli } from './cli/cli.ts';
import { processTerminal } from './cli/process-terminal.ts';

// A reader that closes early, such as `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCli(process.argv.slice(2), processTerminal(process), async () => {
  const { abilities } = await import('./compose.ts');
  return abilities;
});

// What still holds the process after its command has ended (a connection that never closes) does not hold it for long.
setTimeout(() => process.exit(), 2_000).unref();
