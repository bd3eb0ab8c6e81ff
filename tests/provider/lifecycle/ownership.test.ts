/** Whose a user is, as tables: what state knows, what is there, and what may be done with it. */
import assert from "node:assert/strict";
import { accessKey } from "../../../provider/backends/openstack/access-key";
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import type { Capabilities, Known, Live, Spec } from "../../../provider/lifecycle/model";
import {
  deletionElsewhere,
  deletionRefused,
  existsAlready,
  type Here,
  hasItAlready,
  hasKeyToMake,
  isElsewhere,
  managedByAnother,
  notOurs,
  notToDelete,
  refusal,
  takesAlong,
} from "../../../provider/lifecycle/ownership";
import { BY_US, key, known, live, spec } from "./samples";

const ONE = { address: "https://one.test" };
const TWO = { address: "https://two.test" };

describe("the address", () => {
  const rows: readonly [what: string, before: Pick<Known, "address" | "system">, here: Here, isElsewhere: boolean][] = [
    ["is the recorded one", { address: "https://one.test" }, ONE, false],
    ["is another one", { address: "https://one.test" }, TWO, true],
    ["was never recorded", {}, TWO, false],
    [
      "is recorded as that of S3, as the first release did",
      { address: "https://s3.test" },
      { address: "https://admin.test", s3Endpoint: "https://s3.test" },
      false,
    ],
    ["is another one of the same system", { ...ONE, system: "ceph 1" }, { ...TWO, system: "ceph 1" }, false],
    ["is the same one, of another system", { ...ONE, system: "ceph 1" }, { ...ONE, system: "ceph 2" }, true],
    ["is another one, of a system that does not say its name", { ...ONE, system: "ceph 1" }, TWO, true],
  ];
  for (const [what, before, here, is] of rows) it(what, () => assert.equal(isElsewhere(before, here), is));
});

describe("a user", () => {
  const A = key("A", "1");
  const at = (changes: Partial<Known> = {}) => ({ ...known([A], "A"), ...ONE, ...changes });
  const otherSecret: Live = live([], {}, { keys: [{ id: "A", accessKey: "A", secretKey: "hush other" }] });
  const noSecret: Live = live([], {}, { keys: [{ id: "A", accessKey: "A" }] });
  const { keys: _, ...unlisted } = live([]);
  const UNIQUE: Capabilities = { ...BY_US, uniqueUserIds: true };
  const made = (createdAt: string) => ({ createdAt });

  type Whose = "ours" | "not ours";
  const rows: readonly [what: string, Known, Live | undefined, Here, Whose, Capabilities?][] = [
    ["where it was, with our key", at(), live(["A"]), ONE, "ours"],
    ["where it was, with other keys", at(), live(["B"]), ONE, "ours"],
    ["gone from where it was", at(), undefined, ONE, "ours"],
    ["elsewhere, with our key", at(), live(["A", "B"]), TWO, "ours"],
    ["elsewhere, with other keys", at(), live(["B"]), TWO, "not ours"],
    ["elsewhere, without keys", at(), live([]), TWO, "not ours"],
    ["elsewhere, with our key's id and another secret", at(), otherSecret, TWO, "not ours"],
    ["elsewhere, with our key's id and no secret to see", at(), noSecret, TWO, "ours"],
    ["elsewhere, with our key, whose secret state does not know", at({ secrets: {} }), live(["A"]), TWO, "ours"],
    [
      "elsewhere, with a key of the ring whose secret nobody knows",
      { ...known([A]), ...ONE, secrets: {} },
      live(["A"]),
      TWO,
      "not ours",
    ],
    ["missing elsewhere", at(), undefined, TWO, "not ours"],
    ["elsewhere, by an id that is unique", at(), live(["B"]), TWO, "ours", UNIQUE],
    ["elsewhere, by the same id, where only keys are ours", at(), live(["B"]), TWO, "not ours", accessKey.capabilities],
    ["missing elsewhere, by an id that is unique", at(), undefined, TWO, "not ours", UNIQUE],
    ["without a ring, where it was", { ...known([]), ...ONE }, live(["B"]), ONE, "ours"],
    ["without a ring, elsewhere", { ...known([]), ...ONE }, live(["B"]), TWO, "not ours"],
    ["made anew where it was", at(made("2029")), live(["B"], {}, made("2030")), ONE, "not ours"],
    ["made anew where it was, with our key", at(made("2029")), live(["A"], {}, made("2030")), ONE, "ours"],
    ["made when we know", at(made("2029")), live(["B"], {}, made("2029")), ONE, "ours"],
    ["known from before anybody said when it was made", at(), live(["B"], {}, made("2030")), ONE, "ours"],
    ["of a system that lists no keys and shows ours", at(), { ...unlisted, fields: { accessKey: "A" } }, TWO, "ours"],
    [
      "of a system that lists no keys and shows another",
      at(),
      { ...unlisted, fields: { accessKey: "B" } },
      TWO,
      "not ours",
    ],
  ];
  for (const [what, before, there, here, whose, capabilities = BY_US] of rows) {
    it(`is ${whose}: ${what}`, () => {
      const problem = notOurs(before, there, here, capabilities, spec());
      assert.equal(problem === undefined, whose === "ours", problem);
    });
  }

  it("is spoken of with both addresses, and what was found", () => {
    assert.equal(
      notOurs(at({ system: "ceph 1" }), undefined, { ...TWO, system: "ceph 2" }, BY_US, spec()),
      "the user was made at https://one.test (ceph 1), and the connection is to https://two.test (ceph 2), where there is no such user",
    );
  });

  type Fate = "may be deleted" | "is not deleted";
  const fates: readonly [what: string, Known, Live | undefined, Fate][] = [
    ["with our key", at(), live(["A", "B"]), "may be deleted"],
    ["with other keys only", at(), live(["B"]), "is not deleted"],
    ["without keys", at(), live([]), "may be deleted"],
    ["gone", at(), undefined, "may be deleted"],
    ["with our key under another secret", at(), otherSecret, "is not deleted"],
    ["that never had a key of ours", known([]), live(["B"]), "may be deleted"],
    ["whose published key is gone, and the ring with it", known([], "A"), live(["B"]), "is not deleted"],
    ["of a system that says nothing of keys", at(), unlisted, "may be deleted"],
    ["of a system that shows another one", at(), { ...unlisted, fields: { accessKey: "B" } }, "is not deleted"],
  ];
  for (const [what, before, there, fate] of fates) {
    it(`${fate}: ${what}`, () => assert.equal(notToDelete(before, there) === undefined, fate === "may be deleted"));
  }

  it("is our own unfinished work by the key that only this resource makes", () => {
    const left = live([deriveAccessKey("ann", "1", "me")]);
    assert.equal(hasKeyToMake(spec({ identity: "me" }), left, BY_US), true);
    assert.equal(hasKeyToMake(spec({ identity: "somebody else" }), left, BY_US), false);
    assert.equal(hasKeyToMake(spec({ identity: "" }), left, BY_US), false);
  });
});

describe("a refusal names the way out", () => {
  const rows: readonly [what: string, error: Error, way: RegExp][] = [
    ["of a user that exists", existsAlready(spec(), undefined), /adopt: true.*aliases/],
    ["of a user that the resource has itself", hasItAlready(spec()), /deleteBeforeReplace: true.*adopt: true/],
    ["of a change elsewhere", refusal("updating", spec(), "elsewhere", BY_US), /connection.*adopt: true.*state delete/],
    [
      "of a change elsewhere where only keys are ours, of which none can be adopted there",
      refusal("updating", spec(), "elsewhere", { ...BY_US, keysOnly: true }),
      /Correct the connection; or have Pulumi forget it.*state delete/,
    ],
    [
      "of a deletion elsewhere, of a single user or a member",
      deletionElsewhere(spec(), "it is elsewhere", BY_US),
      /Nothing was deleted\. Correct the connection.*state delete URN.*retainOnDelete: true/,
    ],
    [
      "of a deletion where it was",
      deletionRefused(spec(), "it bears other keys"),
      /up --refresh.*state delete URN.*retainOnDelete: true/,
    ],
  ];
  for (const [what, error, way] of rows) it(what, () => assert.match(error.message, way));
});

describe("what is no user is not called one", () => {
  const account = spec({ name: "media", noun: "account", createKey: false });
  const subuser = spec({ name: "ann:sync", noun: "subuser" });
  const keys = { ...BY_US, keysOnly: true } as const;
  const gone = (one: Spec, capabilities = BY_US) =>
    notOurs({ ...known([]), ...ONE }, undefined, TWO, capabilities, one) ?? "";
  const rows: readonly [what: string, says: string, text: RegExp][] = [
    [
      "a user that exists",
      existsAlready(spec(), undefined).message,
      /^creating user "ann": .* adopt it with its keys,/,
    ],
    [
      "an account that exists",
      existsAlready(account, undefined).message,
      /^creating account "media": an account .* adopt it, or/,
    ],
    [
      "a subuser that exists",
      existsAlready(subuser, undefined).message,
      /^creating subuser "ann:sync": .* with its keys,/,
    ],
    [
      "an account anew",
      hasItAlready(account).message,
      /^creating account "media": .* has the account already.* made again, set deleteBeforeReplace: true; to keep it, set adopt: true\.$/,
    ],
    [
      "a subuser of two resources",
      managedByAnother(subuser, BY_US).message,
      /^creating subuser "ann:sync": .* manages this subuser\. Two .* one subuser:/,
    ],
    ["an account elsewhere", gone(account), /^the account was made at .*, where there is no such account$/],
    ["a key elsewhere", gone(spec(), keys), /^the key was made at .*, where there is no such user$/],
    [
      "a change of an account elsewhere",
      refusal("updating", account, "it", BY_US).message,
      /^updating account "media": it\. .* to have the account there managed/,
    ],
    [
      "a change of a key elsewhere",
      refusal("updating", spec(), "it", keys).message,
      /^updating the key of user "ann": it\./,
    ],
    [
      "the deletion of a key elsewhere",
      deletionElsewhere(spec(), "it", keys).message,
      /^deleting the key of user "ann": it\./,
    ],
    [
      "the deletion of a subuser elsewhere",
      deletionElsewhere(subuser, "it", BY_US).message,
      /^deleting subuser "ann:sync": it\./,
    ],
    ["a subuser with other keys", deletionRefused(subuser, "it").message, /^deleting subuser "ann:sync": it\./],
    [
      "a user with subusers",
      takesAlong(spec(), ["ann:sync"]).message,
      /^deleting user "ann": that would also delete ann:sync\./,
    ],
  ];
  for (const [what, says, text] of rows) it(what, () => assert.match(says, text));
});
