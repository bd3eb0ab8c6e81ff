/** Secrets of one access key that state does not know: which of them an interrupted run left, and which are of others. */
import { deriveSecretPrefix } from "../../../provider/lifecycle/keys";
import type { Known } from "../../../provider/lifecycle/model";
import { table } from "./plan-table";
import { at, BY_SERVER, key, known } from "./samples";

const MARKED = { ...BY_SERVER, chooseSecret: true };
const MARK = deriveSecretPrefix("ann", "2", "me");
const ISSUE = `issueKey ${MARK}… for 2`;

/** A secret N that state does not know, younger than all others. */
const beside = (ring: Known["keys"], secret: string | undefined, changes: Partial<Known> = {}) =>
  known(ring, ring[0]?.id, {
    ...changes,
    foreign: [{ id: "N", accessKey: "A", issuedAt: at(-60) }],
    secrets: { A: "hush A", ...(secret === undefined ? {} : { N: secret }) },
  });
const roomy = { ...MARKED, maxKeys: 3 };

table("a secret that state does not know", roomy, [
  [
    "is an interrupted run's by its mark",
    { rotationId: "2" },
    beside([key("A", "1")], `${MARK}and the rest`),
    ["proveKey N", "retireKey A from +0 until +3600"],
  ],
  [
    "is somebody else's though it is younger than ours",
    { rotationId: "2" },
    beside([key("A", "1")], "somebody else's"),
    [`issueKey ${MARK}…, grace 3600 for 2`],
  ],
  [
    "is not of this rotation with the mark of another one",
    { rotationId: "2" },
    beside([key("A", "1")], `${deriveSecretPrefix("ann", "3", "me")}and the rest`),
    [`issueKey ${MARK}…, grace 3600 for 2`],
  ],
  [
    "is not known while it is hidden",
    { rotationId: "2" },
    beside([key("A", "1")], undefined),
    [`issueKey ${MARK}…, grace 3600 for 2`],
  ],
  [
    "is somebody else's of a user that is being made, and left alone",
    { rotationId: "2" },
    beside([], "theirs"),
    [ISSUE],
  ],
  [
    "is an interrupted run's of a user that is being made",
    { rotationId: "2" },
    beside([], `${MARK}rest`),
    ["proveKey N"],
  ],
  ["is taken with adopt", { rotationId: "2", adopt: true }, beside([], "theirs"), ["proveKey N"]],
  [
    "is taken once the user was taken over",
    { rotationId: "2" },
    beside([], "theirs", { takenOver: true }),
    ["proveKey N"],
  ],
]);

table("a secret that state does not know, on a system that makes secrets by itself", { ...BY_SERVER, maxKeys: 3 }, [
  [
    "is nobody's of ours",
    { rotationId: "2" },
    beside([key("A", "1")], `${MARK}and the rest`),
    ["issueKey any, grace 3600 for 2"],
  ],
]);
