/** cegedim.ObjectUser on random walks. */
import * as fc from "fast-check";
import { walk, walks } from "../ecs/walk";
import { size } from "../proofs/ground/seed";
import { openBench } from "./bench";

const KINDS = ["PATCH user renewSecretKey", "GET user", "token", "S3 ListBuckets"];

describe("cegedim.ObjectUser: random walks", function () {
  this.timeout(60_000);
  it("always come to a good end", async () => {
    const property = fc.asyncProperty(walks(KINDS), async (steps) => {
      const bench = await openBench();
      const alive = () => bench.server.users().ann?.secrets.list(bench.world.now().getTime()).length ?? 0;
      await walk(steps, bench, alive);
    });
    await fc.assert(property, { numRuns: size("OBJECT_USERS_WALKS", 100) });
  });
});
