/** How often long work is spoken of. */
import assert from "node:assert/strict";
import { every } from "../../provider/pulumi/progress";

describe("progress", () => {
  const rows: readonly [what: string, steps: readonly number[], said: readonly number[]][] = [
    ["says nothing of short work", [0, 500, 1_999], []],
    ["speaks once the time is over", [1_000, 2_000], [2_000]],
    ["then waits as long again, from when it spoke", [2_500, 4_400, 4_500], [2_500, 4_500]],
    ["does not make up for silence", [9_000, 9_001, 10_999], [9_000]],
  ];
  for (const [what, steps, expected] of rows) {
    it(what, () => {
      let time = 0;
      const said: number[] = [];
      const step = every(
        2_000,
        () => new Date(time),
        (at) => said.push(at.getTime()),
      );
      for (time of steps) step();
      assert.deepEqual(said, expected);
    });
  }
});
