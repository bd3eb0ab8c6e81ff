/** The end of keys: deadlines, graces that change, keys of others, and what a system cannot do. */
import assert from "node:assert/strict";
import { ObjectUserError } from "../../../provider/errors";
import type { Capabilities, Known, Spec } from "../../../provider/lifecycle/model";
import { plan } from "../../../provider/lifecycle/plan";
import { TWO, table } from "./plan-table";
import { at, BY_SERVER, BY_US, key, known, NOW, retired, spec, TWO_AT_MOST } from "./samples";

table("retired keys", BY_US, [
  ["wait for their deadline", { rotationId: "2" }, known([retired("A", "1", -3599, 1), key("B", "2")], "B"), []],
  ["end at it", { rotationId: "2" }, known([retired("A", "1", -3600, 0), key("B", "2")], "B"), ["revokeKey A"]],
  [
    "have each its own",
    { rotationId: "3" },
    known([retired("A", "1", -4000, -400), retired("B", "2", -100, 3500), key("C", "3")], "C"),
    ["revokeKey A"],
  ],
  [
    "keep their own when another joins them",
    { rotationId: "3" },
    known([retired("A", "1", -600, 3000), key("B", "2"), key("C", "3")], "B"),
    ["proveKey C", "retireKey B from +0 until +3600"],
  ],
  [
    "of a longer grace live on",
    { rotationId: "2", gracePeriodSeconds: 7200 },
    known([retired("A", "1", -3599, 1), key("B", "2")], "B"),
    ["retireKey A from -3599 until +3601"],
  ],
  [
    "whose grace is over stay over with a longer one",
    { rotationId: "2", gracePeriodSeconds: 7200 },
    known([retired("A", "1", -3600, 0), key("B", "2")], "B"),
    ["revokeKey A"],
  ],
  [
    "of a shorter grace die sooner",
    { rotationId: "2", gracePeriodSeconds: 1800 },
    known([retired("A", "1", -600, 3000), key("B", "2")], "B"),
    ["retireKey A from -600 until +1200"],
  ],
  [
    "of a shorter grace that is over die now",
    { rotationId: "2", gracePeriodSeconds: 60 },
    known([retired("A", "1", -600, 3000), key("B", "2")], "B"),
    ["retireKey A from -600 until -540", "revokeKey A"],
  ],
  [
    "of a grace of 0 all die now",
    { rotationId: "3", gracePeriodSeconds: 0 },
    known([retired("A", "1", -600, 3000), retired("B", "2", -60, 3540), key("C", "3")], "C"),
    ["retireKey A from -600 until -600", "revokeKey A", "retireKey B from -60 until -60", "revokeKey B"],
  ],
  [
    "with a grace of 0 the old key ends with the rotation, after the new one was proven",
    { rotationId: "2", gracePeriodSeconds: 0 },
    known([key("A", "1"), key("B", "2", { provenAt: undefined as never })], "A"),
    ["proveKey B", "retireKey A from +0 until +0", "revokeKey A"],
  ],
  [
    "with the longest grace there is never die",
    { rotationId: "2", gracePeriodSeconds: Number.MAX_SAFE_INTEGER },
    known([retired("A", "1", -600, 3000), key("B", "2")], "B"),
    ["retireKey A from -600 until +8638106544000"],
  ],
]);

table("exclusiveKeys", BY_US, [
  [
    "ends keys of others",
    { exclusiveKeys: true },
    known([key("A", "1")], "A", { foreign: ["F", "G"] }),
    ["revokeKey F", "revokeKey G"],
  ],
  [
    "does not end the key that it is about to take in",
    { exclusiveKeys: true, adopt: true },
    known([], undefined, { foreign: ["F", "G"] }),
    ["proveKey F", "revokeKey G"],
  ],
  [
    "ends them only after the new key is proven",
    { exclusiveKeys: true, rotationId: "2" },
    known([key("A", "1")], "A", { foreign: ["F"] }),
    [`issueKey ${TWO} for 2`],
  ],
]);

table("one access key, two secrets that the system ends", BY_SERVER, [
  ["the first secret has no grace before it", {}, known([]), ["issueKey any for 1"]],
  [
    "a rotation asks for the grace",
    { rotationId: "2" },
    known([key("A", "1")], "A"),
    ["issueKey any, grace 3600 for 2"],
  ],
  [
    "the old secret retires with the deadline that was fixed",
    { rotationId: "2" },
    known([key("A", "1", { expiresAt: at(3590) }), key("B", "2", { provenAt: undefined as never })], "A"),
    ["proveKey B", "retireKey A from +0 until +3590"],
  ],
  [
    "a retired secret that ended is let go",
    { rotationId: "2" },
    known([retired("A", "1", -3600, 0), key("B", "2")], "B"),
    ["revokeKey A"],
  ],
  [
    "a smaller grace ends it where the time is over",
    { rotationId: "2", gracePeriodSeconds: 0 },
    known([retired("A", "1", -60, 3540), key("B", "2")], "B"),
    ["retireKey A from -60 until -60", "revokeKey A"],
  ],
  [
    "a smaller grace that is not over changes nothing yet",
    { rotationId: "2", gracePeriodSeconds: 1800 },
    known([retired("A", "1", -60, 3540), key("B", "2")], "B"),
    [],
  ],
  [
    "a published secret whose end a lost renewal has fixed is replaced, though its rotation is wanted",
    {},
    known([key("A", "1", { expiresAt: at(3540) })], "A"),
    ["issueKey any, grace 3600 for 1"],
  ],
  [
    "and the one that replaces it is proven, whatever ended first",
    {},
    known([key("A", "1", { expiresAt: at(3540) }), key("B", "1", { provenAt: undefined as never })], "A"),
    ["proveKey B", "retireKey A from +0 until +3540"],
  ],
  [
    "room is made by letting go of a published one that is over",
    { rotationId: "3" },
    known([key("A", "1", { expiresAt: at(-1) }), key("B", "2", { provenAt: undefined as never })], "A"),
    ["revokeKey A", "issueKey any, grace 3600 for 3"],
  ],
  [
    "room is made by letting go of what is over",
    { rotationId: "3" },
    known([retired("A", "1", -3700, -100), key("B", "2")], "B"),
    ["revokeKey A", "issueKey any, grace 3600 for 3"],
  ],
]);

describe("plan: what a system cannot do is refused before anything is sent", () => {
  const rows: readonly [
    what: string,
    wish: Partial<Spec>,
    before: Known,
    can: Capabilities,
    code: string,
    says: RegExp,
  ][] = [
    [
      "going back",
      { rotationId: "1" },
      known([retired("A", "1", -60, 3540), key("B", "2")], "B"),
      BY_SERVER,
      "unsupported",
      /going back to rotationId "1" of user "ann"/,
    ],
    [
      "extending a grace",
      { rotationId: "2", gracePeriodSeconds: 7200 },
      known([retired("A", "1", -60, 3540), key("B", "2")], "B"),
      BY_SERVER,
      "unsupported",
      /extending the grace of A .* cannot be put off/,
    ],
    [
      "ending a grace",
      { rotationId: "2", gracePeriodSeconds: 0 },
      known([retired("A", "1", -60, 3540), key("B", "2")], "B"),
      { ...BY_SERVER, deadline: "fixed" },
      "unsupported",
      /ending the grace of A .* cannot be brought forward/,
    ],
    [
      "a third key while two live",
      { rotationId: "3" },
      known([retired("A", "1", -60, 3540), key("B", "2")], "B"),
      TWO_AT_MOST,
      "conflict",
      /keeps at most 2 keys and has as many.*Run again after 2030-01-01T00:59:00/,
    ],
    [
      "a third key beside keys of others",
      { rotationId: "2" },
      known([key("A", "1")], "A", { foreign: ["F"] }),
      TWO_AT_MOST,
      "conflict",
      /End one of them on the system, or set exclusiveKeys/,
    ],
  ];
  for (const [what, wish, before, can, code, says] of rows) {
    it(what, () => {
      assert.throws(
        () => plan(spec(wish), before, can, NOW),
        (error) => error instanceof ObjectUserError && error.code === code && says.test(error.message),
      );
    });
  }
});
