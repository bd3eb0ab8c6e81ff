/**
 * Random walks of program edits: no edit of a program loses a user that it still declares, or one that is nobody's
 * business. A failure prints its seed and the shortest walk that still fails.
 *
 * OBJECT_USERS_WALKS=10000 takes more of them, OBJECT_USERS_SEED=… the same ones again.
 */
import * as fc from "fast-check";
import { newTally, play, story } from "./story";

const WALKS = Number(process.env.OBJECT_USERS_WALKS ?? 100);
const SEED = Number(process.env.OBJECT_USERS_SEED ?? Date.now() % 2_147_483_647);

describe("any walk of program edits", function () {
  this.timeout(0);
  const { stackTraceLimit } = Error;
  before(() => {
    // Many runs end with a refusal, and a stack takes longer than the rest of an error.
    Error.stackTraceLimit = 0;
  });
  after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  it(`loses nobody (${WALKS} walks)`, async () => {
    const tally = newTally();
    const walk = fc.asyncProperty(story, (one) => play(one, tally));
    const started = Date.now();
    await fc.assert(walk, { numRuns: WALKS, seed: SEED });
    const { runs, refusals, crashes } = tally;
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    console.log(
      `      seed ${SEED}: ${WALKS} walks, ${runs} runs, ${crashes} killed, ${refusals} refusals followed, ${seconds} s`,
    );
  });
});
