/**
 * Random stories, each checked at every step. A failure prints its seed and the shortest story that still fails.
 *
 * OBJECT_USERS_RUNS=1000000 plays more of them, OBJECT_USERS_SEED=… the same ones again.
 */
import * as fc from "fast-check";
import { play, story } from "./story";

const RUNS = Number(process.env.OBJECT_USERS_RUNS ?? 1500);
const SEED = process.env.OBJECT_USERS_SEED;

describe("any story", function () {
  this.timeout(0);
  const { stackTraceLimit } = Error;
  before(() => {
    // Most stories are about faults, and a stack takes longer than the rest of an error.
    Error.stackTraceLimit = 0;
  });
  after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  it(`keeps every promise (${RUNS} stories)`, async () => {
    await fc.assert(fc.asyncProperty(story, play), { numRuns: RUNS, ...(SEED ? { seed: Number(SEED) } : {}) });
  });
});
