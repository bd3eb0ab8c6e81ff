/** ecs.ObjectUser on random walks. */
import * as fc from "fast-check";
import { size } from "../proofs/ground/seed";
import { openBench } from "./bench";
import { walk, walks } from "./walk";

const KINDS = ["POST keys", "GET keys", "POST keys/deactivate", "GET users/info", "login", "S3 ListBuckets"];

describe("ecs.ObjectUser: random walks", function () {
  this.timeout(60_000);
  for (const hides of [false, true]) {
    it(`always come to a good end${hides ? ", with hidden secrets too" : ""}`, async () => {
      const property = fc.asyncProperty(walks(KINDS), async (steps) => {
        const bench = await openBench();
        if (hides) bench.server.meddle("PUT /config/secretkey/hidesecretkey", { value: true });
        await walk(steps, bench, () => bench.server.secretsOf("ann").length);
      });
      await fc.assert(property, { numRuns: size("OBJECT_USERS_WALKS", 100) });
    });
  }
});
