import { join } from 'node:path';
import { copyBuild, mainOf } from '../build-copy.mjs';
import { MUTANTS } from './mutants.mjs';
import { TWO_A_WEEK } from './rules.mjs';
import { WAITS, World } from './world.mjs';

/**
 * Plays a mutant's fault against the build as it is, or against the broken one, and judges.
 * @param {object} options
 * @param {string} options.name
 * @param {'sound' | 'broken'} options.kind
 * @param {string} options.kafka
 * @param {string} options.built folder of a build
 * @param {string} options.folder
 */
export async function play({ name, kind, kafka, built, folder }) {
  const mutant = MUTANTS[name];
  const own = join(folder, `${name}-${kind}`);
  copyBuild(built, own, mutant[kind]);
  const run = `${name}-${kind}-${Date.now().toString(36)}`;
  const { rules = TWO_A_WEEK } = mutant;
  const world = await World.create({ run, kafka, folder: join(own, 'run'), program: mainOf(own), rules });
  try {
    await mutant.play(world);
    const report = await world.judge();
    const bites = {
      fenced: world.measured(/^tact_transactions_total\{result="fenced"\}/),
      behind: world.measured(/^tact_watermark_mismatches_total\{side="behind"\}/),
      rebuilt: world.measured(/^tact_view_rebuilds_total/),
      waits: world.measured(WAITS),
      heldBack: world.measured(/^tact_holds_total\{cause="changelog-held-back"\}/),
    };
    return { report, bites, red: report.judgements.filter(({ holds }) => !holds).map(({ id }) => id) };
  } catch (error) {
    throw new Error(`${run}: ${error.message}\n${world.logs()}`, { cause: error });
  } finally {
    await world.close();
  }
}
