/** What is planned where users are somebody else's, and only keys are ours: as tables. */
import assert from "node:assert/strict";
import { deriveAccessKey } from "../../../provider/lifecycle/keys";
import type { Capabilities, Known, Spec, Step } from "../../../provider/lifecycle/model";
import { plan } from "../../../provider/lifecycle/plan";
import { BY_US, key, known, NOW, spec } from "./samples";

const ONLY_KEYS: Capabilities = { ...BY_US, keysOnly: true, keyWithUser: false };
const beside = known([], undefined, { foreign: ["THEIRS"] });

describe("plan: keys of a user that is somebody else's", () => {
  const told = ({ do: verb, ...step }: Step) => ("accessKey" in step ? `${verb} ${step.accessKey}` : verb);
  const rows: readonly [what: string, wish: Partial<Spec>, before: Known | undefined, steps: string[] | RegExp][] = [
    ["a user that is not there is an error", {}, undefined, /there is no such user, and this resource makes keys only/],
    ["a resource that goes has nothing to end where the user is gone", { leaves: true }, undefined, []],
    [
      "a resource that goes ends all of its ring, and nothing else",
      { leaves: true },
      known([key("ONE", "1"), key("TWO", "2")], "TWO", { foreign: ["THEIRS"] }),
      ["revokeKey ONE", "revokeKey TWO"],
    ],
    ["keys of others are not adopted for its own", { adopt: true }, beside, ["issueKey"]],
    ["a key of others is not taken", { ownKey: { accessKey: "THEIRS" } }, beside, /has this key already/],
    ["but with adopt", { ownKey: { accessKey: "THEIRS" }, adopt: true }, beside, ["proveKey THEIRS"]],
    [
      "or where the program has its secret",
      { ownKey: { accessKey: "THEIRS", secretKey: "hush THEIRS" } },
      beside,
      ["proveKey THEIRS"],
    ],
  ];
  for (const [what, wish, before, steps] of rows)
    it(what, () => {
      const planned = () => plan(spec(wish), before, ONLY_KEYS, NOW).map(told);
      if (steps instanceof RegExp) assert.throws(planned, steps);
      else assert.deepEqual(planned(), steps);
    });

  it("has a key of its own for each project of one user", () => {
    const made = (name: string) => {
      const [step] = plan(spec({ name }), known([]), ONLY_KEYS, NOW);
      return step?.do === "issueKey" ? step.key.accessKey : undefined;
    };
    const { rotationId, identity } = spec();
    assert.equal(made("ann"), deriveAccessKey("ann", rotationId, identity));
    assert.equal(new Set([made("ann"), made("of the login in media"), made("of the login in archive")]).size, 3);
  });
});
