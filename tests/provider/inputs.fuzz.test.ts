/** Any inputs: a list of sentences, or a normal form that stays as it is and can be planned with. Never a crash. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { rgw } from "../../provider/backends/rgw";
import { plan } from "../../provider/lifecycle/plan";
import { checkInputs, specOf } from "../../provider/pulumi/inputs";
import { hasUnknowns } from "../../provider/pulumi/unknowns";
import { assertPlain } from "./engine";
import { CANARY, FUZZ } from "./fuzz";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Values that are right for some input. */
const plausible = fc.constantFrom(
  "ann",
  "",
  "users=read",
  true,
  false,
  0,
  -1,
  5,
  [],
  ["users=read, write"],
  ["a", "b"],
  {},
  { enabled: true },
  { maxObjects: 5, maxSizeBytes: -7 },
  "read,write",
  "s3",
  UNKNOWN,
  [UNKNOWN],
  { maxObjects: UNKNOWN },
);

const oddNumber = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, 2 ** 53, -(2 ** 63), 1e308, 0.1);
const value = fc.oneof(
  { weight: 3, arbitrary: plausible },
  { weight: 2, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: oddNumber },
  fc.constant(undefined),
  fc.constant(null),
);
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...rgw.argNames) },
  fc.string(),
  fc.constantFrom("__proto__", "constructor", "display_name", "UID"),
);
const secret = fc.oneof(
  fc.constant(CANARY),
  fc.constant([CANARY]),
  fc.constant({ [CANARY]: CANARY }),
  fc.constant(`${CANARY} ${"x".repeat(200)}`),
);

/** Inputs: mostly those of a good user, with a few of them replaced. */
const inputs = fc
  .tuple(fc.boolean(), fc.dictionary(name, value, { maxKeys: 5 }), fc.option(secret, { freq: 3 }))
  .map(([isGood, some, secretKey]) => ({
    ...(isGood ? { uid: "ann", displayName: "Ann" } : {}),
    ...some,
    ...(secretKey === null ? {} : { secretKey }),
  }));

describe("any inputs", function () {
  this.timeout(60_000);

  it("to check", () => {
    let accepted = 0;
    fc.assert(
      fc.property(inputs, inputs, (olds, news) => {
        const checked = checkInputs(rgw, olds, { ...news, __provider: "x" });
        for (const { property, reason } of checked.failures) {
          assert.equal(typeof property, "string");
          assert.match(reason, /\S{2}/);
          assert.ok(!reason.includes(CANARY), "a secret in a failure");
        }
        if (checked.failures.length > 0 || hasUnknowns(news)) return;
        accepted++;
        assertPlain(checked.inputs, "inputs");
        assert.deepEqual(checkInputs(rgw, {}, checked.inputs), { inputs: checked.inputs, failures: [] });
        const steps = plan(specOf(rgw, checked.inputs, "https://s3.test"), undefined, rgw.capabilities, new Date(0));
        assert.equal(steps[0]?.do, "createUser");
        assert.ok(
          !steps
            .map(({ why }) => why)
            .join()
            .includes(CANARY),
          "a secret in a reason",
        );
      }),
      FUZZ,
    );
    assert.ok(accepted > 0, "some inputs are good");
  });
});
