/** Users of rgw whose names a query must escape, on a gateway that decodes queries once and on one that does so twice. */
import assert from "node:assert/strict";
import type { Inputs } from "../../provider/pulumi/state";
import { openRgw, type RgwStack } from "./rgw";

describe("names of rgw.User to escape", () => {
  let stack: RgwStack;
  beforeEach(async () => {
    stack = await openRgw();
  });

  for (const release of [16, 20] as const) {
    describe(`on release ${release}`, () => {
      beforeEach(() => stack.gateway.upgrade(release));
      const up = (inputs: Inputs) => stack.engine.up({ displayName: "A + B, 100%41", ...inputs });

      for (const [uid, stranger] of [
        ["p+q", "p q"],
        ["e%41", "eA"],
        ["100%", "100"],
      ] as const) {
        it(`${uid} is that user, and not ${stranger}`, async () => {
          const name = (text: string) => encodeURIComponent(release === 20 ? encodeURIComponent(text) : text);
          stack.meddle(`PUT user?uid=${name(stranger)}&display-name=Stranger`);
          const theirs = structuredClone(stack.gateway.user(stranger));
          assert.ok(theirs, "the stranger is there");
          await up({ uid });
          await up({ uid, email: "a+b@x.org", maxBuckets: 7, caps: ["usage=read"], userQuota: { maxObjects: 3 } });
          await up({ uid, email: "a+b@x.org", rotationId: "2" });
          await stack.engine.refresh();
          const { accessKey, secretKey } = stack.outputs();
          assert.equal(stack.says(accessKey, secretKey), "200");
          const user = stack.gateway.user(uid)?.user;
          assert.deepEqual([user?.displayName, user?.email], ["A + B, 100%41", "a+b@x.org"]);
          await stack.engine.destroy();
          assert.equal(stack.gateway.user(uid), undefined);
          assert.deepEqual(stack.gateway.user(stranger), theirs);
        });
      }

      it("asks how it decodes only where it matters, and once", async () => {
        const questions = async (task: () => Promise<unknown>) => {
          stack.asked.length = 0;
          await task();
          return stack.asked.filter(({ method, url }) => method === "GET" && url.search.includes("access-key=")).length;
        };
        assert.equal(await questions(() => stack.engine.up({ uid: "plain", displayName: "Plain" })), 0);
        assert.ok((await questions(() => up({ uid: "plain" }))) > 0);
        assert.equal(await questions(() => up({ uid: "plain", email: "a+b@x.org" })), 0);
      });

      it("takes an own secret with a plus", async () => {
        await up({ uid: "ann", accessKey: "OWN+KEY", secretKey: "se+cret/with+plus==" });
        assert.equal(stack.says("OWN+KEY", "se+cret/with+plus=="), "200");
      });
    });
  }

  it("sends nothing when nobody can tell how it decodes", async () => {
    stack.gateway.faults = (_request, _sequence, kind) =>
      kind === "GET user" ? { kind: "answer", status: 500 } : undefined;
    await assert.rejects(
      stack.engine.up({ uid: "p+q", displayName: "Plus" }),
      /finding out how the gateway decodes a query/,
    );
    assert.deepEqual(stack.uids(), []);
  });
});
