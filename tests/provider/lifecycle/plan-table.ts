/** Tables of plans: what is wished for and known, and the steps that must come out, printed short. */
import assert from "node:assert/strict";
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import type { Capabilities, Known, Spec } from "../../../provider/lifecycle/model";
import { plan } from "../../../provider/lifecycle/plan";
import { brief, NOW, spec } from "./samples";

type Row = readonly [what: string, wish: Partial<Spec>, known: Known | undefined, steps: readonly string[]];

/** The derived keys of "ann" for the rotations "1", "2" and "3". */
export const ONE = deriveAccessKey("ann", "1", "me");
export const TWO = deriveAccessKey("ann", "2", "me");
export const THREE = deriveAccessKey("ann", "3", "me");

/** A key of the caller's own. */
export const OWN = { accessKey: "MINE", secretKey: "my secret" };

/** Makes the tests of a table. */
export function table(title: string, capabilities: Capabilities, rows: readonly Row[]): void {
  describe(`plan: ${title}`, () => {
    for (const [what, wish, before, steps] of rows) {
      it(what, () => {
        const planned = plan(spec(wish), before, capabilities, NOW);
        assert.deepEqual(planned.map(brief), steps);
        for (const step of planned) assert.match(step.why, /^[^.]{8,}/, "each step says why");
        assert.deepEqual(plan(spec(wish), before, capabilities, NOW), planned, "the same again");
      });
    }
  });
}
