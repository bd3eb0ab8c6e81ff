/** State: written and read back, secret in its places only, plain, and refused when another release wrote it. */
import assert from "node:assert/strict";
import { cegedim } from "../../provider/backends/cegedim";
import { rgw } from "../../provider/backends/rgw";
import { ObjectUserError } from "../../provider/errors";
import type { Known } from "../../provider/lifecycle/model";
import { definedOnly, read, SCHEMA_VERSION, withSecrets, write } from "../../provider/pulumi/state";
import { assertPlain } from "./engine";
import { at, key, known, retired } from "./lifecycle/samples";

const { defaults } = rgw;
const FIELDS = { ...rgw.unclearable, ...defaults, displayName: "Ann" };

/** What is known of a user with these keys, as a run leaves it. */
function ann(keys: Known["keys"], current?: string, changes: Parameters<typeof known>[2] = {}): Known {
  return known(keys, current, { fields: FIELDS, baseline: { ...defaults }, address: "https://admin.test", ...changes });
}

const grace = ann([retired("A", "1", -60, 3540), key("B", "2")], "B");

describe("state", () => {
  const rows: readonly [what: string, known: Known, inputs: object][] = [
    ["one key", ann([key("A", "")], "A"), { uid: "ann" }],
    ["a running grace", grace, { uid: "ann", rotationId: "2", gracePeriodSeconds: 3600 }],
    ["no key", ann([]), { uid: "ann", createKey: false }],
    ["a key that is not published yet", ann([key("A", "")], undefined, { secrets: {} }), { uid: "ann" }],
    ["a broken key", ann([], undefined, { published: { accessKey: "A", secretKey: "x" } }), { uid: "ann" }],
    ["a baseline of its own", ann([key("A", "")], "A", { baseline: { ...defaults, maxBuckets: 7 } }), { uid: "ann" }],
    [
      "foreign keys that are watched",
      ann([key("A", "")], "A", { foreign: ["F"], secrets: { A: "hush A" } }),
      { exclusiveKeys: true },
    ],
    ["a password", ann([key("A", "")], "A", { password: { value: "p", rotationId: "3" } }), {}],
    ["a password for ever", ann([key("A", "")], "A", { password: { value: "p", rotationId: "" } }), {}],
    ["a user in a tenant", { ...ann([key("A", "")], "A"), userId: "acme$ann" }, { uid: "ann", tenant: "acme" }],
  ];
  for (const [what, before, inputs] of rows) {
    it(`round trip: ${what}`, () => {
      const outputs = write(before, { displayName: "Ann", ...inputs }, "https://s3.test", rgw);
      assertPlain(outputs, "outputs");
      const after = read(outputs, rgw);
      assert.deepEqual(after.known, before);
      assert.deepEqual(after.inputs, { displayName: "Ann", ...inputs });
      assert.deepEqual(write(after.known, after.inputs, "https://s3.test", rgw), outputs, "and once more");
    });
  }

  const ring = [retired("A", "1", -600, 3000), retired("B", "2", -60, 3540), key("C", "3"), key("D", "4")];
  it("keeps the secret of each key of the ring once, where outputs show it or by the key's id", () => {
    const outputs = write(ann(ring, "C", { foreign: ["F"] }), {}, undefined, rgw);
    const { secretKey, previousSecretKey, __secrets } = outputs;
    assert.deepEqual([secretKey, previousSecretKey, __secrets], ["hush C", "hush B", { A: "hush A", D: "hush D" }]);
    assert.deepEqual(read(outputs, rgw).known.secrets, { A: "hush A", B: "hush B", C: "hush C", D: "hush D" });
  });

  it("takes the former place of an issued secret, previousSecretKey, where the system never shows it again", () => {
    const { __secrets, ...outputs } = write(ann(ring, "C"), {}, undefined, cegedim);
    assert.deepEqual(read({ ...outputs, previousSecretKey: "hush D" }, cegedim).known.secrets, {
      C: "hush C",
      D: "hush D",
    });
  });

  it("reads an export that masks secrets", () => {
    const outputs = write(ann(ring, "C"), {}, undefined, rgw);
    const masked = { ...outputs, secretKey: "", previousSecretKey: "", __secrets: "" };
    assert.deepEqual(read(masked, rgw).known.secrets, { B: "", C: "" });
  });

  it("has secrets in these places, and nowhere else", () => {
    const outputs = write(
      ann(grace.keys, "B", { foreign: ["F"] }),
      { secretKey: "own secret", exclusiveKeys: true },
      undefined,
      rgw,
    );
    const { secretKey, previousSecretKey, ...rest } = outputs;
    assert.deepEqual([secretKey, previousSecretKey], ["hush B", "hush A"]);
    assert.doesNotMatch(JSON.stringify(rest), /hush|own secret/);
  });

  it("says when the previous key ends", () => {
    const { previousAccessKey, previousKeyExpiresAt } = write(grace, {}, undefined, rgw);
    assert.deepEqual([previousAccessKey, previousKeyExpiresAt], ["A", at(3540)]);
  });

  it("has no member that is undefined", () => {
    const outputs = write(ann([]), { uid: "ann" }, undefined, rgw);
    assert.deepEqual(
      Object.entries(outputs).filter(([, value]) => value === undefined),
      [],
    );
    assert.equal("endpoint" in outputs, false);
  });

  it("tolerates what a later release of the same version adds", () => {
    const outputs = { ...write(grace, {}, undefined, rgw), addedLater: { a: 1 } };
    assert.deepEqual(read(outputs, rgw).known, read(write(grace, {}, undefined, rgw), rgw).known);
  });

  const good = write(grace, {}, undefined, rgw);
  const unreadable: readonly [what: string, outputs: Record<string, unknown>, says: RegExp][] = [
    [
      "newer",
      { ...good, schemaVersion: SCHEMA_VERSION + 1 },
      /has schema version 2, this release of pulumi-object-users reads version 1\. Install the release that wrote it, or a later one\.$/,
    ],
    ["older", { ...good, schemaVersion: 0 }, /has schema version 0, .*reads version 1\. The state is damaged/],
    ["without a version", { ...good, schemaVersion: undefined }, /has schema version undefined/],
    ["without keys", { ...good, keys: undefined }, /The state is damaged/],
    ["with keys of another form", { ...good, keys: [{ id: 1 }] }, /The state is damaged/],
    ["empty", {}, /rgw\.User "\?"/],
  ];
  for (const [what, outputs, says] of unreadable) {
    it(`${what} is refused in a sentence without secrets`, () => {
      assert.throws(
        () => read(outputs, rgw),
        (error) =>
          error instanceof ObjectUserError &&
          error.code === "unsupported" &&
          says.test(error.message) &&
          !error.message.includes("hush"),
      );
    });
  }
});

describe("withSecrets", () => {
  const signed = (value: string) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });
  it("marks every secret, and nothing else", () => {
    const values = { secretKey: "a", previousSecretKey: "b", password: "c", accessKey: "d", keys: [{ id: "e" }] };
    assert.deepEqual(withSecrets(values), {
      secretKey: signed("a"),
      previousSecretKey: signed("b"),
      password: signed("c"),
      accessKey: "d",
      keys: [{ id: "e" }],
    });
  });
  it("marks nothing that is not there", () => assert.deepEqual(withSecrets({ accessKey: "d" }), { accessKey: "d" }));
});

describe("definedOnly", () => {
  it("drops what is undefined, at any depth", () => {
    assert.deepEqual(definedOnly({ a: 1, b: undefined, c: { d: undefined, e: [{ f: undefined, g: 2 }] } }), {
      a: 1,
      c: { e: [{ g: 2 }] },
    });
  });
});
