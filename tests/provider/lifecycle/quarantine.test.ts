/** Quarantine: a key whose grace is over is disabled first, can come back with its secret, and is revoked in the end. */
import assert from "node:assert/strict";
import type { KeyRecord } from "../../../provider/lifecycle/model";
import { observe } from "../../../provider/lifecycle/observe";
import { table } from "./plan-table";
import { at, BY_US_DISABLING, key, known, live, retired } from "./samples";

const WISH = { rotationId: "2", quarantinePeriodSeconds: 1000 };

/** A key of the ring that was disabled so many seconds ago (below zero), an hour after it was retired. */
function disabled(id: string, rotationId: string, disabledAt: number): KeyRecord {
  return { ...retired(id, rotationId, disabledAt - 3600, disabledAt), disabledAt: at(disabledAt) };
}

table("a key that goes through quarantine", BY_US_DISABLING, [
  ["works in its grace", WISH, known([retired("A", "1", -3599, 1), key("B", "2")], "B"), []],
  [
    "is disabled when its grace is over",
    WISH,
    known([retired("A", "1", -3600, 0), key("B", "2")], "B"),
    ["disableKey A"],
  ],
  [
    "is disabled first however long its grace is over",
    WISH,
    known([retired("A", "1", -90_000, -86_400), key("B", "2")], "B"),
    ["disableKey A"],
  ],
  ["is kept until its quarantine is over", WISH, known([disabled("A", "1", -999), key("B", "2")], "B"), []],
  ["is revoked then", WISH, known([disabled("A", "1", -1000), key("B", "2")], "B"), ["revokeKey A"]],
  [
    "is kept longer when the quarantine becomes longer",
    { ...WISH, quarantinePeriodSeconds: 2000 },
    known([disabled("A", "1", -1500), key("B", "2")], "B"),
    [],
  ],
  [
    "is revoked when there is to be no quarantine any more",
    { ...WISH, quarantinePeriodSeconds: 0 },
    known([disabled("A", "1", -1), key("B", "2")], "B"),
    ["revokeKey A"],
  ],
  [
    "does not follow another grace any more",
    { ...WISH, gracePeriodSeconds: 900_000 },
    known([disabled("A", "1", -1), key("B", "2")], "B"),
    [],
  ],
  [
    "with a grace of 0 is disabled with the rotation, after the new one was proven",
    { ...WISH, gracePeriodSeconds: 0 },
    known([key("A", "1"), key("B", "2", { provenAt: undefined as never })], "A"),
    ["proveKey B", "retireKey A from +0 until +0", "disableKey A"],
  ],
  [
    "comes back when its rotation is wanted again",
    { ...WISH, rotationId: "1" },
    known([disabled("A", "1", -999), key("B", "2")], "B"),
    ["proveKey A", "retireKey B from +0 until +3600"],
  ],
  [
    "comes back though its grace is over and nobody has disabled it yet",
    { ...WISH, rotationId: "1" },
    known([retired("A", "1", -7200, -3600), key("B", "2")], "B"),
    ["proveKey A", "retireKey B from +0 until +3600"],
  ],
  [
    "comes back as a key of the program's own",
    { quarantinePeriodSeconds: 1000, ownKey: { accessKey: "A" } },
    known([disabled("A", "", -999), key("B", "")], "B"),
    ["proveKey A", "retireKey B from +0 until +3600"],
  ],
  [
    "that was never published is revoked without quarantine",
    WISH,
    known([key("A", "1", { provenAt: undefined as never }), key("B", "2")], "B"),
    ["revokeKey A"],
  ],
  [
    "of others is revoked without quarantine",
    { ...WISH, exclusiveKeys: true },
    known([key("B", "2")], "B", { foreign: ["F"] }),
    ["revokeKey F"],
  ],
]);

describe("a disabled key that is looked at", () => {
  const before = known([disabled("A", "1", -10), key("B", "2")], "B");
  it("stays so", () => {
    const seen = observe(before, {
      ...live(["B"]),
      keys: [{ id: "A", accessKey: "A", inactive: true }, ...(live(["B"]).keys ?? [])],
    });
    assert.equal(seen.keys[0]?.disabledAt, at(-10));
  });
  it("and that somebody has enabled is to be disabled again", () => {
    assert.equal(observe(before, live(["A", "B"])).keys[0]?.disabledAt, undefined);
  });
});
