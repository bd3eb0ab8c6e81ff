/** Which key is to be current, and what is done when it is not: the middle of the decision table. */
import assert from "node:assert/strict";
import { deriveSecretPrefix } from "../../../provider/lifecycle/keys";
import type { Known } from "../../../provider/lifecycle/model";
import { plan } from "../../../provider/lifecycle/plan";
import { ONE, OWN, TWO, table } from "./plan-table";
import { at, BY_SERVER, BY_US, key, known, NOW, retired, spec } from "./samples";

table("the wanted key", BY_US, [
  ["is not there: issued, and nothing else yet", {}, known([]), [`issueKey ${ONE} for 1`]],
  ["is published", {}, known([key("A", "1")], "A"), []],
  ["lives, unpublished", {}, known([key("A", "1")]), ["proveKey A"]],
  ["is published and not proven", {}, known([key("A", "1", { provenAt: undefined as never })], "A"), ["proveKey A"]],
  ["needs no proof", { prove: false }, known([key("A", "1", { provenAt: undefined as never })], "A"), []],
  [
    "is another: issued first, the old one untouched",
    { rotationId: "2" },
    known([key("A", "1")], "A"),
    [`issueKey ${TWO} for 2`],
  ],
  [
    "is issued: proven and published, then the old one retires",
    { rotationId: "2" },
    known([key("A", "1"), key("B", "2", { provenAt: undefined as never })], "A"),
    ["proveKey B", "retireKey A from +0 until +3600"],
  ],
  [
    "is back from its grace: the newer one retires",
    { rotationId: "1" },
    known([retired("A", "1", -600, 3000), key("B", "2")], "B"),
    ["proveKey A", "retireKey B from +0 until +3600"],
  ],
  [
    "of a former rotation is gone: the same id is made again",
    {},
    known([key("B", "2")], "B"),
    [`issueKey ${ONE} for 1`],
  ],
  [
    "was taken over under another rotation: its secret is not replaced by making it again",
    {},
    known([key(ONE, "3")], ONE),
    [],
  ],
  ["has a rotation that was never named", { rotationId: "" }, known([key("A", "")], "A"), []],
  [
    "was left by an unfinished run",
    { rotationId: "2" },
    known([key("A", "1")], "A", { foreign: [TWO] }),
    [`proveKey ${TWO}`, "retireKey A from +0 until +3600"],
  ],
  [
    "was left, but its secret is not shown: made again",
    { rotationId: "2" },
    known([key("A", "1")], "A", { foreign: [TWO], secrets: { A: "hush A" } }),
    [`issueKey ${TWO} for 2`],
  ],
  [
    "of several for one rotation is the published one",
    {},
    known([key("A", "1"), key("B", "1")], "A"),
    ["retireKey B from +0 until +3600"],
  ],
  [
    "of several unpublished ones is the youngest",
    {},
    known([key("A", "1"), key("B", "1")]),
    ["proveKey B", "retireKey A from +0 until +3600"],
  ],
  ["of several is not a retired one", {}, known([key("A", "1"), retired("B", "1", -60, 3540)]), ["proveKey A"]],
]);

table("the published key is broken", BY_US, [
  [
    "removed: the same id again",
    {},
    known([], undefined, { published: { accessKey: ONE, secretKey: "x" } }),
    [`issueKey ${ONE} for 1`],
  ],
  [
    "its secret was replaced: the new one is proven and published",
    {},
    known([key("A", "1", { provenAt: undefined as never })], undefined, {
      published: { accessKey: "A", secretKey: "x" },
    }),
    ["proveKey A"],
  ],
  [
    "removed, while another runs its grace: that one stays until its time",
    { rotationId: "2" },
    known([retired("A", "1", -60, 3540)], undefined, { published: { accessKey: TWO, secretKey: "x" } }),
    [`issueKey ${TWO} for 2`],
  ],
  [
    "never revokes the last proven key, even when its grace is over",
    { rotationId: "2" },
    known([retired("A", "1", -7200, -3600)], undefined, { published: { accessKey: TWO, secretKey: "x" } }),
    [`issueKey ${TWO} for 2`],
  ],
]);

table("own keys", BY_US, [
  [
    "replace the derived one with the same overlap",
    { ownKey: OWN },
    known([key(ONE, "1")], ONE),
    ["issueKey MINE:own for 1"],
  ],
  [
    "are proven, then the other retires",
    { ownKey: OWN },
    known([key(ONE, "1"), key("MINE", "1", { provenAt: undefined as never })], ONE, {
      secrets: { MINE: "my secret", [ONE]: "x" },
    }),
    ["proveKey MINE", `retireKey ${ONE} from +0 until +3600`],
  ],
  [
    "that are published are left alone",
    { ownKey: OWN },
    known([key("MINE", "1")], "MINE", { secrets: { MINE: "my secret" } }),
    [],
  ],
  [
    "with another secret are a hard cut",
    { ownKey: OWN },
    known([key("MINE", "1")], "MINE"),
    ["issueKey MINE:own for 1"],
  ],
  ["without a secret take what is there", { ownKey: { accessKey: "MINE" } }, known([key("MINE", "1")], "MINE"), []],
  [
    "that exist outside the ring are taken in",
    { ownKey: OWN },
    known([key("A", "1")], "A", { foreign: ["MINE"], secrets: { MINE: "my secret", A: "x" } }),
    ["proveKey MINE", "retireKey A from +0 until +3600"],
  ],
  [
    "do not care about rotationId",
    { ownKey: OWN, rotationId: "9" },
    known([key("MINE", "1")], "MINE", { secrets: { MINE: "my secret" } }),
    [],
  ],
  [
    "given up: a derived key takes their place",
    { rotationId: "2" },
    known([key("MINE", "1")], "MINE"),
    [`issueKey ${TWO} for 2`],
  ],
]);

const SECRET = { secretKey: "my secret" };
const MINE = { [ONE]: "my secret" };

table("an own secret", BY_US, [
  ["has the derived id", { ownKey: SECRET }, known([]), [`issueKey ${ONE}:own for 1`]],
  ["is published", { ownKey: SECRET }, known([key(ONE, "1")], ONE, { secrets: MINE }), []],
  [
    "rotates together with rotationId",
    { ownKey: SECRET, rotationId: "2" },
    known([key(ONE, "1")], ONE),
    [`issueKey ${TWO}:own for 2`],
  ],
  ["that changes alone is a hard cut", { ownKey: SECRET }, known([key(ONE, "1")], ONE), [`issueKey ${ONE}:own for 1`]],
  [
    "was replaced on the system: it comes back",
    { ownKey: SECRET },
    known([key(ONE, "1")], undefined, { published: { accessKey: ONE, secretKey: "my secret" } }),
    [`issueKey ${ONE}:own for 1`],
  ],
  [
    "was left by an unfinished run",
    { ownKey: SECRET },
    known([], undefined, { foreign: [ONE], secrets: MINE }),
    [`proveKey ${ONE}`],
  ],
  [
    "is not that which an unfinished run left: that one is nobody's yet",
    { ownKey: SECRET },
    known([], undefined, { foreign: [ONE] }),
    [`issueKey ${ONE}:own for 1`],
  ],
  [
    "goes back to a former rotation with its secret",
    { ownKey: SECRET },
    known([retired(ONE, "1", -60, 3540), key("B", "2")], "B", { secrets: { ...MINE, B: "another" } }),
    [`proveKey ${ONE}`, "retireKey B from +0 until +3600"],
  ],
  ["given up: the key stays", {}, known([key(ONE, "1")], ONE, { secrets: MINE }), []],
  [
    "adopts the key that has it, and no other",
    { ownKey: SECRET, adopt: true },
    known([], undefined, { foreign: ["F", "G"], secrets: { F: "f", G: "my secret" } }),
    ["proveKey G"],
  ],
  [
    "that no key has is that of a new one: those that are there keep theirs",
    { ownKey: SECRET, adopt: true },
    known([], undefined, { foreign: ["F", "G"] }),
    [`issueKey ${ONE}:own for 1`],
  ],
]);

describe("plan: an own secret", () => {
  for (const [what, wish] of [
    ["another rotation", { rotationId: "2" }],
    ["a derived key for one with an own id", { rotationId: "1" }],
  ] as const)
    it(`is refused for ${what} that would keep the secret`, () => {
      const before = known([key("MINE", "1")], "MINE", {
        published: { id: "MINE", accessKey: "MINE", secretKey: "my secret" },
        keys: [key("MINE", wish.rotationId === "1" ? "0" : "1")],
      });
      const planned = () => plan(spec({ ...wish, ownKey: SECRET }), before, BY_US, NOW);
      assert.throws(planned, /rotating the key of user "ann": secretKey is that of the current key.*another secretKey/);
    });
});

table("createKey: false", BY_US, [
  [
    "publishes a secret that was replaced on the system anew: that makes no key",
    { createKey: false },
    known([key("A", "1", { provenAt: undefined as never })], undefined, {
      published: { accessKey: "A", secretKey: "x" },
    }),
    ["proveKey A"],
  ],
  [
    "publishes no more what is gone",
    { createKey: false },
    known([], undefined, { published: { accessKey: "A", secretKey: "x" } }),
    ["withdrawKey"],
  ],
  ["makes none", { createKey: false }, known([]), []],
  [
    "keeps what is published, whatever the rotation",
    { createKey: false, rotationId: "2" },
    known([key("A", "1")], "A"),
    [],
  ],
  [
    "still ends what was retired",
    { createKey: false },
    known([retired("A", "1", -3600, 0), key("B", "2")], "B"),
    ["revokeKey A"],
  ],
  ["leaves keys of others", { createKey: false }, known([], undefined, { foreign: ["F"] }), []],
  [
    "with exclusiveKeys ends them",
    { createKey: false, exclusiveKeys: true },
    known([], undefined, { foreign: ["F"] }),
    ["revokeKey F"],
  ],
]);

table("adopt", BY_US, [
  [
    "publishes the first key that the user has",
    { adopt: true },
    known([], undefined, { foreign: ["F", "G"] }),
    ["proveKey F"],
  ],
  [
    "prefers one that does not end by itself",
    { adopt: true },
    known([], undefined, { foreign: [{ id: "F", accessKey: "F", endsAt: at(60) }, "G"], secrets: { F: "f", G: "g" } }),
    ["proveKey G"],
  ],
  ["makes one where there is none", { adopt: true }, known([]), [`issueKey ${ONE} for 1`]],
  [
    "makes one where no secret is shown",
    { adopt: true },
    known([], undefined, { foreign: ["F"], secrets: {} }),
    [`issueKey ${ONE} for 1`],
  ],
  [
    "prefers the one of its own unfinished run",
    { adopt: true },
    known([], undefined, { foreign: ["F", ONE] }),
    [`proveKey ${ONE}`],
  ],
  [
    "is over once a key is published",
    { adopt: true, rotationId: "2" },
    known([key("F", "1")], "F", { foreign: ["G"] }),
    [`issueKey ${TWO} for 2`],
  ],
  [
    "without it, keys of others are no concern",
    {},
    known([], undefined, { foreign: ["F"] }),
    [`issueKey ${ONE} for 1`],
  ],
]);

const SECRETS = { S1: `${deriveSecretPrefix("ann", "1", "me")}x`, S2: "another" };
const inGrace = (endsAt: Partial<Known["foreign"][number]>) => [
  { id: "S1", accessKey: "ann", ...endsAt },
  { id: "S2", accessKey: "ann" },
];

table("a secret that bears this rotation's mark", { ...BY_SERVER, chooseSecret: true }, [
  [
    "is there from an unfinished run",
    { adopt: true },
    known([], undefined, { foreign: inGrace({}), secrets: SECRETS }),
    ["proveKey S1"],
  ],
  [
    "has had a successor where its end is set: it is on its way out",
    { adopt: true },
    known([], undefined, { foreign: inGrace({ endsAt: at(600) }), secrets: SECRETS }),
    ["proveKey S2"],
  ],
]);
