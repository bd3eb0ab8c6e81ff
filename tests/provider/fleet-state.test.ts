/** A fleet's state: written and read back, secrets in one place, refused when it is damaged. */
import assert from "node:assert/strict";
import { rgw } from "../../provider/backends/rgw";
import type { Known } from "../../provider/lifecycle/model";
import { readFleet, writeFleet } from "../../provider/pulumi/fleet/state";
import { assertPlain } from "./engine";
import { key, known, retired } from "./lifecycle/samples";

const { defaults, unclearable } = rgw;
const PLACE = { address: "https://admin.test", identity: "me" };
const FIELDS = { ...defaults, ...unclearable, displayName: "Ann" };

function member(keys: Known["keys"], current: string) {
  const inputs = { uid: "ann", displayName: "Ann", maxBuckets: 5 };
  return {
    known: known(keys, current, { fields: { ...FIELDS, maxBuckets: 5 }, baseline: { ...defaults }, ...PLACE }),
    inputs,
  };
}

const MEMBERS = new Map([
  ["red", member([key("A", "")], "A")],
  ["blue & green", member([retired("A", "1", -60, 3540), key("B", "2")], "B")],
]);

describe("a fleet's state", () => {
  const outputs = writeFleet(MEMBERS, "https://s3.test", rgw);
  const { credentials, ...open } = outputs as typeof outputs & { credentials: { value: object } };

  it("is plain, and read back as it was written", () => {
    assertPlain(outputs, "outputs");
    assert.deepEqual(readFleet({ ...open, credentials: credentials.value }, rgw), MEMBERS);
  });

  it("has secrets in the credentials, and nowhere else", () => {
    assert.match(JSON.stringify(credentials), /hush A.*hush B/);
    assert.doesNotMatch(JSON.stringify(open), /hush/);
  });

  it("is refused when a member's text is damaged", () => {
    for (const text of ["", "{", '"ann"', "null", "{}"]) {
      const damaged = { ...open, members: { red: text }, credentials: credentials.value };
      assert.throws(() => readFleet(damaged, rgw), /The state is damaged: restore it from an earlier checkpoint\./);
    }
  });
});
