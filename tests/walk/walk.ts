/** Random walks on one system: how many, from which seed, and what a failure prints. */
import * as fc from "fast-check";
import { seed, size } from "../proofs/ground/seed";
import type { Tally } from "./runs";
import { play } from "./stage";
import { story } from "./story";
import type { System } from "./system";

/** Goes walks on a system; `usual` is their number in `npm test`. */
export function describeWalks(system: System, usual: number, more: fc.Parameters<unknown> = {}): void {
  describe(`any walk on ${system.name}`, function () {
    this.timeout(0);
    const walks = Math.ceil(usual * (size("OBJECT_USERS_WALKS", 100) / 100));
    const { stackTraceLimit } = Error;
    before(() => {
      // Many runs end with a refusal, and a stack takes longer than the rest of an error.
      Error.stackTraceLimit = 0;
    });
    after(() => {
      Error.stackTraceLimit = stackTraceLimit;
    });

    it(`loses nobody and keeps every key (${walks} walks)`, async () => {
      const tally: Tally = { runs: 0, killed: 0, troubled: 0, refusals: 0, foretold: 0 };
      const walk = fc.asyncProperty(story(system), (one) => play(system, one, tally));
      const started = Date.now();
      const used = seed() % 2_147_483_647;
      await fc.assert(walk, {
        ...more,
        endOnFailure: process.env.OBJECT_USERS_SHRINK === "no",
        numRuns: walks,
        seed: used,
      });
      const { runs, killed, troubled, refusals, foretold } = tally;
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      const sum = `${runs} runs, ${killed} killed, ${troubled} troubled, ${refusals} refusals followed, ${foretold} values foretold`;
      console.log(`      seed ${used}: ${walks} walks, ${sum}, ${seconds} s`);
    });
  });
}
