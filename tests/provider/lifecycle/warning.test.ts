/** What people are warned of before it is done, and that they are not warned of what is not going to happen. */
import assert from "node:assert/strict";
import type { Known, Spec } from "../../../provider/lifecycle/model";
import { plan } from "../../../provider/lifecycle/plan";
import { warningBefore, warningOfDeletion } from "../../../provider/lifecycle/warning";
import { at, BY_SERVER, BY_US, key, known, NOW, retired, spec } from "./samples";

type Row = readonly [what: string, known: Known | undefined, wish: Partial<Spec>, capabilities?: typeof BY_US];

const CUT: Partial<Spec> = { rotationId: "2", gracePeriodSeconds: 0 };
const HIDDEN = { ...BY_SERVER, keyWithUser: true, secretsReadable: false };
const fixed = { expiresAt: at(-1) };
const lost = { accessKey: "A", secretKey: "x" };

function warned(before: Known | undefined, wish: Partial<Spec>, capabilities = BY_SERVER): string[] {
  const steps = plan(spec(wish), before, capabilities, NOW);
  return steps.map((step) => warningBefore(step, before, NOW)).filter((warning) => warning !== undefined);
}

describe("a warning that clients lose their access", () => {
  const rows: readonly Row[] = [
    ["a renewal without a grace", known([key("A", "1")], "A"), CUT],
    ["a renewal that ends a grace, too", known([retired("A", "0", -60, 60), key("B", "1")], "B"), CUT],
    ["a renewal beside a secret of others", known([], undefined, { published: lost, foreign: ["F"] }), CUT],
    ["a renewal of an adopted user, whose secret nobody sees", known([], undefined, { takenOver: true }), CUT, HIDDEN],
  ];
  for (const [what, before, wish, capabilities] of rows)
    it(`comes before ${what}`, () => {
      assert.match(
        warned(before, wish, capabilities).join(),
        /^gracePeriodSeconds is 0: the old secret ends .* until they have the new/,
      );
    });

  const silent: readonly Row[] = [
    ["with a grace", known([key("A", "1")], "A"), { rotationId: "2", gracePeriodSeconds: 1 }],
    ["without a rotation", known([key("A", "1")], "A"), { gracePeriodSeconds: 0 }],
    ["for a new user", undefined, CUT],
    ["for the first secret of a user", known([]), CUT],
    ["after the published secret has ended by itself", known([key("A", "1", fixed)], "A"), CUT],
    ["for a secret that nobody was ever given", known([key("A", "1")]), CUT],
    ["where we end the former key, when the next one is published", known([key("A", "1")], "A"), CUT, BY_US],
  ];
  for (const [what, before, wish, capabilities] of silent)
    it(`does not come ${what}`, () => assert.deepEqual(warned(before, wish, capabilities), []));
});

it("a warning of a deletion comes where it cannot be undone", () => {
  assert.match(warningOfDeletion({ deletesForGood: true }) ?? "", /^deletion cannot be undone: /);
  assert.equal(warningOfDeletion(BY_US), undefined);
});
