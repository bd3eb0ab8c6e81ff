/**
 * Random walks of program edits: no edit of a program loses a user that it still declares, or one that is nobody's
 * business. A failure prints its seed and the shortest walk that still fails.
 *
 * OBJECT_USERS_WALKS=10000 takes more of them, OBJECT_USERS_SEED=… the same ones again.
 */
import * as fc from "fast-check";
import { play, story } from "./story";

const WALKS = Number(process.env.OBJECT_USERS_WALKS ?? 300);
const SEED = process.env.OBJECT_USERS_SEED;

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
    await fc.assert(fc.asyncProperty(story, play), { numRuns: WALKS, ...(SEED ? { seed: Number(SEED) } : {}) });
  });
});
