/** How users and keys stand: a table of states, and the word for each. */
import assert from "node:assert/strict";
import { KEY_PHASES, PHASES } from "../../../cli/status/phase";
import { keysOf } from "../../../cli/status/report";
import { takeInventory } from "../../../provider/operator/inventory";
import { ago, ecsUser, type KeyText, operation, reportOn, rgwFleet, rgwUser, stateOf, statusOf } from "./states";

const OLD: KeyText = { id: "OLD", issued: 90, proven: 90, retired: 5, expires: 4 };
const IN_GRACE: KeyText = { ...OLD, expires: -1 };
const NOW_KEY: KeyText = { id: "NOW", issued: 5, proven: 5 };
const ISSUED: KeyText = { id: "ISSUED", issued: 1 };
const SECRET_OLD: KeyText = { ...OLD, accessKey: "same" };
const SECRET_NOW: KeyText = { ...NOW_KEY, accessKey: "same" };

const cases: readonly (readonly [string, object, string, readonly string[], RegExp])[] = [
  ["one published key", rgwUser("u", { keys: [NOW_KEY], current: "NOW" }), "stable", ["NOW current"], /one key/],
  [
    "a retired key before its deadline",
    rgwUser("u", { keys: [IN_GRACE, NOW_KEY], current: "NOW" }),
    "grace",
    ["NOW current", "OLD grace"],
    /OLD lives on until 2026-11-23/,
  ],
  [
    "a retired key after its deadline",
    rgwUser("u", { keys: [OLD, NOW_KEY], current: "NOW" }),
    "overdue",
    ["NOW current", "OLD overdue"],
    /OLD was to be revoked 2026-11-18/,
  ],
  [
    "a retired key exactly at its deadline",
    rgwUser("u", { keys: [{ ...OLD, expires: 0 }, NOW_KEY], current: "NOW" }),
    "overdue",
    ["NOW current", "OLD overdue"],
    /OLD/,
  ],
  [
    "a retired key in its quarantine",
    rgwUser("u", {
      keys: [{ ...OLD, disabled: 1 }, NOW_KEY],
      current: "NOW",
      outputs: { quarantinePeriodSeconds: 172_800, declared: ["displayName", "quarantinePeriodSeconds", "uid"] },
    }),
    "quarantine",
    ["NOW current", "OLD quarantine"],
    /OLD is disabled, and can come back until 2026-11-23T12/,
  ],
  [
    "a retired key after its quarantine",
    rgwUser("u", {
      keys: [{ ...OLD, disabled: 3 }, NOW_KEY],
      current: "NOW",
      outputs: { quarantinePeriodSeconds: 172_800, declared: ["displayName", "quarantinePeriodSeconds", "uid"] },
    }),
    "overdue",
    ["NOW current", "OLD overdue"],
    /OLD was to be revoked 2026-11-21/,
  ],
  [
    "a key that is issued and not published",
    rgwUser("u", { keys: [NOW_KEY, ISSUED], current: "NOW" }),
    "rotating",
    ["NOW current", "ISSUED new"],
    /ISSUED is issued and not proven yet$/,
  ],
  [
    "a first key that is not published",
    rgwUser("u", { keys: [ISSUED] }),
    "rotating",
    ["ISSUED new"],
    /ISSUED is issued/,
  ],
  ["no key at all", rgwUser("u", { keys: [] }), "no-key", [], /no key is published/],
  [
    "a published key that is gone",
    rgwUser("u", { keys: [], outputs: { accessKey: "GONE", secretKey: "" } }),
    "no-key",
    [],
    /GONE is known not to work/,
  ],
  [
    "overdue and rotating at once: what is worse",
    rgwUser("u", { keys: [OLD, NOW_KEY, ISSUED], current: "NOW" }),
    "overdue",
    ["NOW current", "OLD overdue", "ISSUED new"],
    /OLD/,
  ],
  [
    "a run that failed",
    rgwUser("u", { keys: [NOW_KEY], current: "NOW", resource: { initErrors: ["refused"] } }),
    "unfinished",
    ["NOW current"],
    /failed half-way/,
  ],
  [
    "a user that another one has replaced, though overdue",
    rgwUser("u", { keys: [OLD, NOW_KEY], current: "NOW", resource: { delete: true } }),
    "replaced",
    ["NOW current", "OLD overdue"],
    /has replaced it/,
  ],
  [
    "an old secret before its deadline, where the system ends it",
    ecsUser("u", { keys: [{ ...SECRET_OLD, expires: -1 }, SECRET_NOW], current: "NOW" }),
    "grace",
    ["same current", "same grace"],
    /a secret of same lives on until/,
  ],
  [
    "an old secret that the system has ended: not overdue",
    ecsUser("u", { keys: [SECRET_OLD, SECRET_NOW], current: "NOW" }),
    "stable",
    ["same current", "same ended"],
    /the system ended a secret of same 2026-11-18.*next up drops/,
  ],
  [
    "a published secret that the system has ended before the next one was proven",
    ecsUser("u", {
      keys: [
        { ...SECRET_NOW, expires: 1 },
        { ...ISSUED, accessKey: "same" },
      ],
      current: "NOW",
    }),
    "rotating",
    ["same current", "same new"],
    /the system ended the published one 2026-11-21/,
  ],
  [
    "a published secret whose end a renewal has fixed that came to nothing",
    ecsUser("u", { keys: [{ ...SECRET_NOW, expires: -1 }], current: "NOW" }),
    "rotating",
    ["same current"],
    /a secret of same is published and ends .*run pulumi up/,
  ],
];

describe("the phases of users and keys", () => {
  for (const [what, resource, phase, keys, reason] of cases) {
    it(`${what}: ${phase}`, () => {
      const status = statusOf(resource);
      assert.equal(status.phase, phase);
      assert.deepEqual(
        keysOf(status).map((key) => `${key.accessKey} ${key.phase}`),
        keys,
      );
      assert.match(status.reason, reason);
    });
  }

  it("has a case for every word but those of operations", () => {
    const seen = new Set(cases.map(([, , phase]) => phase));
    assert.deepEqual(
      Object.keys(PHASES).filter((phase) => !seen.has(phase)),
      ["pending"],
    );
    const keys = new Set(cases.flatMap(([, , , some]) => some.map((key) => key.split(" ")[1])));
    assert.deepEqual(
      Object.keys(KEY_PHASES).filter((phase) => !keys.has(phase)),
      [],
    );
  });

  it("an operation under way is pending, also of a user that is only being made", () => {
    const known = rgwUser("u", { keys: [NOW_KEY], current: "NOW" });
    const { users, interrupted } = takeInventory(
      stateOf([known], [operation("updating", "u"), operation("creating", "made")]),
    );
    assert.deepEqual(
      users.map(({ resource, isPending }) => [resource, isPending]),
      [["u", true]],
    );
    assert.deepEqual(
      interrupted.map(({ resource, problem }) => [resource, problem]),
      [
        ["u", "An operation on it (updating) is in progress, or was interrupted."],
        ["made", "An operation on it (creating) is in progress, or was interrupted."],
      ],
    );
  });

  it("of a fleet, those members are unfinished that its error names", () => {
    const members = { red: { keys: [NOW_KEY], current: "NOW" }, blue: { keys: [NOW_KEY], current: "NOW" } };
    const error = "1 of 2 users failed, the others are done.\nblue: proving key X: refused";
    const phases = (initErrors: string[]) =>
      reportOn({ test: [rgwFleet("teams", members, { initErrors })] }).users.map((one) => [one.resource, one.phase]);
    assert.deepEqual(phases([error]), [
      ["teams/blue", "unfinished"],
      ["teams/red", "stable"],
    ]);
    assert.deepEqual(
      phases([`${error}\nand 7 more`]),
      [
        ["teams/blue", "unfinished"],
        ["teams/red", "unfinished"],
      ],
      "who is only counted may be any",
    );
  });

  it("a time in state that is none is not known, and no error", () => {
    const status = statusOf(
      rgwUser("u", {
        keys: [],
        outputs: {
          keyId: "K",
          accessKey: "K",
          secretKey: "",
          keys: [{ id: "K", accessKey: "K", rotationId: "", issuedAt: "soon", provenAt: ago(1) }],
        },
      }),
    );
    assert.deepEqual(status.currentKey, { accessKey: "K", phase: "current", rotationId: "", provenAt: ago(1) });
  });
});
