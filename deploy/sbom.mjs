// Writes the bill of materials of what is installed with the program, in CycloneDX. `npm sbom --omit=dev` leaves out what a
// tool of the developers needs as well; the lock file knows better.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT_MAX = 64 * 1024 * 1024;

const { packages } = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8'));
const installed = new Set(
  Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`),
);
const whole = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx'], { cwd: ROOT, maxBuffer: OUTPUT_MAX });
const bill = JSON.parse(whole);
const components = bill.components.filter(({ name, version }) => installed.has(`${name}@${version}`));
const known = new Set([bill.metadata.component['bom-ref'], ...components.map((each) => each['bom-ref'])]);
const dependencies = bill.dependencies
  .filter(({ ref }) => known.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((each) => known.has(each)) }));
console.log(JSON.stringify({ ...bill, components, dependencies }, undefined, 2));
