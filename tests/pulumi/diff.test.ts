/** What `diff` tells the engine of a user: whether anything is to be done, whether it is replaced, and nothing else. */
import assert from "node:assert/strict";
import { openRgw, type RgwStack } from "../backends/rgw";
import { ME } from "../provider/engine";

for (const shape of ["a single user", "a member of a fleet"] as const)
  describe(`diff of ${shape}`, () => {
    let stack: RgwStack;
    beforeEach(async () => {
      stack = await openRgw({ shape });
      await stack.up({ email: "a@x.org" });
    });
    const diff = (news: object) =>
      stack.engine.provider.diff("ann", stack.outputs(), {
        ...stack.inputs,
        email: "a@x.org",
        __identity: ME,
        ...news,
        __provider: "x",
      });
    const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

    it("says that nothing is to be done, whatever the resource is called now", async () => {
      const nothing = { changes: false, replaces: [], deleteBeforeReplace: false };
      assert.deepEqual(await diff({}), nothing);
      assert.deepEqual(await diff({ __identity: "another" }), nothing);
    });
    it("leaves it to the engine where an input changed that needs no request", async () => {
      assert.deepEqual(await diff({ forceDestroy: true }), { replaces: [], deleteBeforeReplace: false });
    });
    it("says itself that an input changed where the resource has another name, too: the engine would show both", async () => {
      const { changes } = await diff({ forceDestroy: true, __identity: "another" });
      assert.equal(changes, true);
    });
    it("tells of what inputs do not show", async () => {
      assert.equal((await diff({ rotationId: "2" })).changes, true);
    });
    it("takes values that are not known yet as a matter for the engine", async () => {
      assert.deepEqual(await diff({ maxBuckets: UNKNOWN }), { replaces: [], deleteBeforeReplace: false });
    });
    const replacing: readonly [news: object, replaces: readonly string[], deleteFirst: boolean][] = [
      [{ uid: "bob" }, ["uid"], true],
      [{ uid: "bob", email: "b@x.org" }, ["uid"], false],
      [{ uid: "bob", email: "" }, ["uid"], false],
      [{ tenant: "acme", email: "" }, ["tenant"], false],
      [{ uid: UNKNOWN, email: "b@x.org" }, ["uid"], false],
    ];
    for (const [news, replaces, deleteFirst] of replacing) {
      it(`replaces: ${JSON.stringify(news)}${deleteFirst ? ", the old one first" : ""}`, async () => {
        const isMember = shape === "a member of a fleet";
        // A fleet replaces its members itself: to Pulumi it is an update of the fleet.
        const single = { replaces, deleteBeforeReplace: deleteFirst };
        assert.deepEqual(await diff(news), isMember ? { replaces: [], deleteBeforeReplace: false } : single);
      });
    }
    it("needs no connection", async () => {
      assert.deepEqual(await stack.tally(() => diff({ rotationId: "2" })), {});
    });
    it("changes neither state nor inputs", async () => {
      const [olds, news] = [structuredClone(stack.outputs()), { ...stack.inputs, rotationId: "2" }];
      const copy = structuredClone([olds, news]);
      await stack.engine.provider.diff("ann", olds, news);
      assert.deepEqual([olds, news], copy);
    });
  });
