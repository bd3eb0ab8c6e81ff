/** The one error class: its message, its codes, its cause. */
import assert from "node:assert/strict";
import { isObjectUserError, ObjectUserError, sentenceOf } from "../../provider/errors";

const PARTS = { code: "conflict", operation: "creating", subject: 'user "ann"', problem: "it is taken" } as const;

describe("ObjectUserError", () => {
  const rows: readonly [more: object, message: string][] = [
    [{}, 'creating user "ann": it is taken.'],
    [{ answer: "409 KeyExists tx1" }, 'creating user "ann": it is taken (409 KeyExists tx1).'],
    [{ advice: "Choose another." }, 'creating user "ann": it is taken. Choose another.'],
    [{ answer: "409", advice: "Choose another." }, 'creating user "ann": it is taken (409). Choose another.'],
  ];
  for (const [more, message] of rows) {
    it(message, () => assert.equal(new ObjectUserError({ ...PARTS, ...more }).message, message));
  }

  it("keeps code, operation, subject and cause; is certain unless told otherwise", () => {
    const cause = new Error("deeper");
    const error = new ObjectUserError({ ...PARTS, cause });
    assert.deepEqual(
      [error.name, error.code, error.operation, error.subject, error.uncertain, error.cause],
      ["ObjectUserError", "conflict", "creating", 'user "ann"', false, cause],
    );
    assert.equal(new ObjectUserError({ ...PARTS, uncertain: true }).uncertain, true);
    assert.equal("cause" in new ObjectUserError(PARTS), false);
  });

  it("isObjectUserError looks at the class, and at the codes that are given", () => {
    const error = new ObjectUserError(PARTS);
    assert.equal(isObjectUserError(error), true);
    assert.equal(isObjectUserError(error, "invalid", "conflict"), true);
    assert.equal(isObjectUserError(error, "invalid"), false);
    for (const other of [new Error("x"), { code: "conflict" }, undefined, null, "conflict"]) {
      assert.equal(isObjectUserError(other), false);
    }
  });

  it("what was thrown is shown if it is an Error, and not otherwise", () => {
    const shown = [new ObjectUserError(PARTS), new Error("broken"), "hunter2", undefined].map(sentenceOf);
    assert.deepEqual(shown, ['creating user "ann": it is taken.', "broken", "unknown fault", "unknown fault"]);
  });
});
