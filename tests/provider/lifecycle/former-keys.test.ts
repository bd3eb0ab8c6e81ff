/** Keys that are not to be current: over, never published, or left when none is wanted. */
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import { ONE, OWN, THREE, TWO, table } from "./plan-table";
import { at, BY_SERVER, BY_US, key, known, retired } from "./samples";

/** What takes the place of key ONE when that is over, and what takes the place of that. */
const ONE_AGAIN = deriveAccessKey("ann", `1 after ${ONE}`, "me");
const ONE_ONCE_MORE = deriveAccessKey("ann", `1 after ${ONE} after ${ONE_AGAIN}`, "me");

table("a key whose deadline is over never becomes current again", BY_US, [
  [
    "going back to its rotation makes another one, while it may be ending at this moment",
    { rotationId: "1" },
    known([retired(ONE, "1", -3600, 0), key(TWO, "2")], TWO),
    [`issueKey ${ONE_AGAIN} for 1`],
  ],
  [
    "which is proven and published, then the old one is revoked and the one between retires",
    { rotationId: "1" },
    known([retired(ONE, "1", -3600, 0), key(TWO, "2"), key(ONE_AGAIN, "1", { provenAt: undefined as never })], TWO),
    [`proveKey ${ONE_AGAIN}`, `revokeKey ${ONE}`, `retireKey ${TWO} from +0 until +3600`],
  ],
  [
    "a retry finds what an interrupted run made for it",
    { rotationId: "1" },
    known([retired(ONE, "1", -3600, 0), key(TWO, "2")], TWO, { foreign: [ONE_AGAIN] }),
    [`proveKey ${ONE_AGAIN}`, `revokeKey ${ONE}`, `retireKey ${TWO} from +0 until +3600`],
  ],
  [
    "as often as there are such keys",
    { rotationId: "1" },
    known([retired(ONE, "1", -7200, -3600), retired(ONE_AGAIN, "1", -3600, 0), key(TWO, "2")], TWO),
    [`issueKey ${ONE_ONCE_MORE} for 1`],
  ],
  [
    "a larger grace does not bring it back",
    { rotationId: "1", gracePeriodSeconds: 999_999 },
    known([retired(ONE, "1", -3600, 0), key(TWO, "2")], TWO),
    [`issueKey ${ONE_AGAIN} for 1`],
  ],
  [
    "another one of its rotation does, while its grace runs",
    { rotationId: "1" },
    known([retired(ONE, "1", -3600, 0), retired("A", "1", -60, 3540), key(TWO, "2")], TWO),
    ["proveKey A", `revokeKey ${ONE}`, `retireKey ${TWO} from +0 until +3600`],
  ],
  [
    "nor when nothing is published",
    { rotationId: "1" },
    known([retired(ONE, "1", -3600, 0)]),
    [`issueKey ${ONE_AGAIN} for 1`],
  ],
  [
    "nor under the rotation of a key that was taken over",
    { rotationId: "1" },
    known([retired(ONE, "3", -3600, 0), key(TWO, "2")], TWO),
    [`issueKey ${ONE_AGAIN} for 1`],
  ],
  [
    "an own key of the same id is issued anew once the old one is revoked",
    { ownKey: OWN },
    known([retired("MINE", "1", -3600, 0), key(TWO, "2")], TWO, { secrets: { MINE: "my secret", [TWO]: "x" } }),
    ["revokeKey MINE", "issueKey MINE:own for 1"],
  ],
  [
    "an own key of the same id comes back while its grace runs",
    { ownKey: OWN },
    known([retired("MINE", "1", -60, 3540), key(TWO, "2")], TWO, { secrets: { MINE: "my secret", [TWO]: "x" } }),
    ["proveKey MINE", `retireKey ${TWO} from +0 until +3600`],
  ],
]);

table("an own key of the id of one that is over, where few keys may live", { ...BY_US, maxKeys: 2 }, [
  [
    "is revoked once, and that makes room",
    { ownKey: OWN },
    known([retired("MINE", "1", -3600, 0), key(TWO, "2")], TWO),
    ["revokeKey MINE", "issueKey MINE:own for 1"],
  ],
]);

/** Issued, and the run failed before it was published. */
const pending = (id: string, rotationId: string) => key(id, rotationId, { provenAt: undefined as never });
/** What older releases left of a key that a run without proofs published before it failed. */
const broken = (accessKey: string) => ({ published: { accessKey, secretKey: "x" } });

table("a key that was never published", BY_US, [
  ["is revoked when it is not wanted", {}, known([key("A", "1"), pending("B", "2")], "A"), ["revokeKey B"]],
  [
    "is revoked after another one is published, which alone retires the former one",
    { rotationId: "3" },
    known([key("A", "1"), pending("B", "2"), pending("C", "3")], "A"),
    ["proveKey C", "retireKey A from +0 until +3600", "revokeKey B"],
  ],
  [
    "waits for the next key to be made",
    { rotationId: "2" },
    known([key("A", "1"), pending("B", "3")], "A"),
    [`issueKey ${TWO} for 2`],
  ],
  [
    "is one also where nothing is proven",
    { prove: false },
    known([pending("A", "1"), pending("B", "2")], "A"),
    ["revokeKey B"],
  ],
  [
    "is not one that was retired before its grace began",
    { rotationId: "2", prove: false },
    known([key("A", "1", { provenAt: undefined as never, retiredAt: at(-5) }), pending("B", "2")], "B"),
    ["retireKey A from +0 until +3600"],
  ],
  [
    "is not the published one whose secret was replaced",
    { rotationId: "2" },
    known([pending("A", "1"), key("B", "2")], undefined, broken("A")),
    ["proveKey B", "retireKey A from +0 until +3600"],
  ],
  [
    "is not one that a release before this one published and did not retire",
    { rotationId: "2" },
    known([key("A", "1"), key("B", "2")], "B"),
    ["retireKey A from +0 until +3600"],
  ],
  ["is revoked where no key is wanted", { createKey: false }, known([pending("A", "1")]), ["revokeKey A"]],
  [
    "does not live on beside the caller's own",
    { ownKey: { accessKey: "MINE" } },
    known([key("MINE", "1"), pending("B", "2")], "MINE"),
    ["revokeKey B"],
  ],
]);

table("a key that was never published, where few may live", { ...BY_US, maxKeys: 2 }, [
  [
    "leaves its place to the next one",
    { rotationId: "3" },
    known([key("A", "1"), pending("B", "2")], "A"),
    ["revokeKey B", `issueKey ${THREE} for 3`],
  ],
]);

table("a secret that was never published, on a system that ends secrets", BY_SERVER, [
  ["is left to the system", {}, known([key("A", "1"), pending("B", "2")], "A"), ["retireKey B from +0 until +3600"]],
]);

table("retired keys where no key is wanted", BY_US, [
  [
    "end at their deadline",
    { createKey: false },
    known([retired("A", "1", -3600, 0)], undefined, broken("B")),
    ["withdrawKey", "revokeKey A"],
  ],
  ["live until then", { createKey: false }, known([retired("A", "1", -3599, 1)]), []],
  [
    "follow gracePeriodSeconds",
    { createKey: false, gracePeriodSeconds: 0 },
    known([retired("A", "1", -60, 3540)]),
    ["retireKey A from -60 until -60", "revokeKey A"],
  ],
  [
    "have their grace begin",
    { createKey: false },
    known([key("A", "1", { retiredAt: at(-60) })]),
    ["retireKey A from +0 until +3600"],
  ],
  ["do not take one along that is not retired", { createKey: false }, known([key("A", "1")]), []],
]);
