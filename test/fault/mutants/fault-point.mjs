// Loaded into a governor before its own code. Where a patched build calls `faultPoint(name)`, the process gets the signal that
// the file FAULT_POINT asks for, as `<name> <signal>`; once, and exactly there.
import { readFileSync, rmSync } from 'node:fs';

const file = process.env.FAULT_POINT ?? '';

globalThis.faultPoint = (reached) => {
  const [name, signal] = wanted();
  if (name !== reached) return;
  rmSync(file);
  process.kill(process.pid, signal);
};

function wanted() {
  try {
    return readFileSync(file, 'utf8').split(' ');
  } catch {
    return [];
  }
}
