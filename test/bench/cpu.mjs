import { readFileSync } from 'node:fs';
import { run } from '../stack/children.mjs';

const TICKS_PER_SECOND = Number(run('getconf', ['CLK_TCK']).output) || 100;

/** User and system time that a process has used so far, in microseconds, all its threads together; Linux only. */
export function cpuMicros(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program stands in parentheses and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])];
  return ((userTicks + systemTicks) / TICKS_PER_SECOND) * 1e6;
}
