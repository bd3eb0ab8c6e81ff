/** Derived ids, which must never change, and the arithmetic of deadlines. */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  deriveAccessKey,
  deriveSecretPrefix,
  isDerived,
  isOver,
  keyToMake,
  latestRetired,
  after as momentAfter,
} from "../../../provider/lifecycle/keys";
import { at, BY_SERVER, BY_US, key, NOW, retired, spec } from "./samples";

describe("deriveAccessKey", () => {
  /** State and systems hold these: a release that derives others would rotate every key there is. */
  const vectors: readonly [userId: string, rotationId: string, accessKey: string][] = [
    ["ann", "", "PULUKS5SIKKDZBTXAU3N"],
    ["ann", "1", "PULUEWADL6GTJDIK6BBE"],
    ["ann", "2", "PULUHNSFCNNO5QRKBDYI"],
    ["acme$ann", "1", "PULUVVIEVTYAQIJGE5NJ"],
    ["ann ü", "2026-q4", "PULUXPWIHPDLVPYVXGYU"],
  ];
  for (const [userId, rotationId, accessKey] of vectors) {
    it(`is for ever ${accessKey} for ${userId} and ${JSON.stringify(rotationId)}`, () => {
      assert.equal(deriveAccessKey(userId, rotationId), accessKey);
    });
  }

  it("has 20 characters that any S3 client takes, behind our prefix", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (userId, rotationId) => {
        const id = deriveAccessKey(userId, rotationId);
        assert.match(id, /^PULU[A-Z2-7]{16}$/);
        assert.ok(isDerived(id));
      }),
    );
  });

  it("tells users and rotations apart, however they are cut", () => {
    const pair = fc.tuple(fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 }));
    fc.assert(
      fc.property(pair, pair, (a, b) => {
        assert.equal(deriveAccessKey(...a) === deriveAccessKey(...b), a[0] === b[0] && a[1] === b[1]);
      }),
    );
  });
});

describe("deriveSecretPrefix", () => {
  /** Interrupted runs of other releases are found by these. */
  const vectors: readonly [userId: string, rotationId: string, prefix: string][] = [
    ["ann", "", "LKTSZ3CQ4CQD"],
    ["ann", "1", "XSEORMHLO7VX"],
    ["bob", "1", "OVGH3IT7AZXD"],
  ];
  for (const [userId, rotationId, prefix] of vectors) {
    it(`is for ever ${prefix} for ${userId} and ${JSON.stringify(rotationId)}`, () => {
      assert.equal(deriveSecretPrefix(userId, rotationId), prefix);
    });
  }

  it("has 12 characters, and nothing of the key's id", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (userId, rotationId) => {
        const prefix = deriveSecretPrefix(userId, rotationId);
        assert.match(prefix, /^[A-Z2-7]{12}$/);
        assert.ok(!deriveAccessKey(userId, rotationId).includes(prefix));
      }),
    );
  });
});

describe("isDerived", () => {
  const rows: readonly [id: string, derived: boolean][] = [
    ["PULUABCDEFGHIJKLMNOP", true],
    ["PULUABCDEFGHIJKLMNO", false],
    ["PULUABCDEFGHIJKLMNOPQ", false],
    ["PULUABCDEFGHIJKLMNO1", false],
    ["PULUabcdefghijklmnop", false],
    ["AKIAABCDEFGHIJKLMNOP", false],
    ["", false],
  ];
  for (const [id, derived] of rows) {
    it(`${JSON.stringify(id)}: ${derived}`, () => assert.equal(isDerived(id), derived));
  }
});

describe("keyToMake", () => {
  const own = { accessKey: "MINE", secretKey: "s" };
  it("is the caller's own", () => assert.deepEqual(keyToMake(spec({ ownKey: own }), "ann", BY_US), own));
  it("is the derived one", () => {
    assert.deepEqual(keyToMake(spec(), "ann", BY_US), { accessKey: deriveAccessKey("ann", "1", "me") });
  });
  it("is the system's where ids cannot be chosen", () => {
    assert.deepEqual(keyToMake(spec(), "ann", { ...BY_US, chooseAccessKey: false }), {});
  });
});

describe("keyToMake where only secrets change", () => {
  it("is a secret that bears a mark, where it can be chosen", () => {
    assert.deepEqual(keyToMake(spec(), "ann", { ...BY_SERVER, chooseSecret: true }), {
      secretPrefix: deriveSecretPrefix("ann", "1", "me"),
    });
    assert.deepEqual(keyToMake(spec(), "ann", BY_SERVER), {});
  });
});

describe("deadlines", () => {
  it("after: seconds later, in UTC", () => {
    assert.equal(momentAfter("2030-01-01T01:00:00+01:00", 90), "2030-01-01T00:01:30.000Z");
  });
  it("after: never later than a date can be", () => {
    assert.equal(momentAfter(NOW.toISOString(), Number.MAX_SAFE_INTEGER), "+275760-09-13T00:00:00.000Z");
  });
  it("isOver: from the deadline on, and never without one", () => {
    const rows: readonly [expiresAt: number | undefined, over: boolean][] = [
      [undefined, false],
      [1, false],
      [0, true],
      [-1, true],
    ];
    for (const [expiresAt, over] of rows) {
      assert.equal(isOver(expiresAt === undefined ? undefined : at(expiresAt), NOW), over, String(expiresAt));
    }
  });
  it("latestRetired: the one that retired last, wherever it stands", () => {
    const [a, b, c] = [retired("A", "1", -10, 90), retired("B", "2", -30, 70), key("C", "3")];
    assert.equal(latestRetired([a, b, c])?.id, "A");
    assert.equal(latestRetired([b, c, a])?.id, "A");
    assert.equal(latestRetired([c]), undefined);
    assert.equal(latestRetired([]), undefined);
  });
});
