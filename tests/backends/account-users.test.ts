/** rgw.User in an account: what an account forbids is refused in a preview, and a key without permissions is proven. */
import assert from "node:assert/strict";
import { openRgw, type RgwStack } from "./rgw";
import type { Shape } from "./stack";

const ACCOUNT = "RGW12345678901234567";

for (const shape of ["a single user", "a member of a fleet"] satisfies Shape[])
  describe(`rgw.User in an account, ${shape}`, () => {
    let stack: RgwStack;
    beforeEach(async () => {
      stack = await openRgw({ shape });
      stack.meddle("PUT user?caps&uid=admin&user-caps=accounts=*");
      stack.meddle(`POST account?name=acme&id=${ACCOUNT}`);
      stack.meddle("POST account?name=other&id=RGW00000000000000002");
    });
    const there = () => stack.meddle("GET user?uid=ann") as Record<string, unknown>;

    it("is made with a key that is right though it may nothing, rotated, and revoked", async () => {
      const first = await stack.up({ accountId: ACCOUNT, path: "/team/", rotationId: "1" });
      assert.deepEqual([first.accountId, first.path, there().type], [ACCOUNT, "/team/", "rgw"]);
      assert.equal(stack.says(first.accessKey, first.secretKey), "403 AccessDenied");
      assert.ok((first.keys as { provenAt?: string }[])[0]?.provenAt);
      await stack.up({ accountId: ACCOUNT, path: "/team/", rotationId: "2", gracePeriodSeconds: 0 });
      await stack.up({ accountId: ACCOUNT, path: "/team/", rotationId: "2", gracePeriodSeconds: 0 });
      assert.equal(stack.says(first.accessKey, first.secretKey), "403 InvalidAccessKeyId");
      assert.deepEqual(
        await stack.tally(() =>
          stack.up({ accountId: ACCOUNT, path: "/team/", rotationId: "2", gracePeriodSeconds: 0 }),
        ),
        {},
      );
    });

    it("becomes its root, and no more; somebody's change is drift", async () => {
      await stack.up({ accountId: ACCOUNT, accountRoot: true });
      assert.equal(there().type, "root");
      stack.meddle("POST user?uid=ann&account-root=false&path=/x/");
      await stack.engine.refresh();
      assert.deepEqual([stack.outputs().accountRoot, stack.outputs().path], [false, "/x/"]);
      await stack.up({ accountId: ACCOUNT, accountRoot: true });
      assert.deepEqual([there().type, there().path], ["root", "/"]);
      await stack.up({ accountId: ACCOUNT });
      assert.equal(there().type, "rgw");
    });

    it("joins an account later, with its keys", async () => {
      const { accessKey } = await stack.up();
      assert.equal((await stack.up({ accountId: ACCOUNT })).accessKey, accessKey);
      assert.equal(there().account_id, ACCOUNT);
    });

    it("neither leaves nor changes its account, which a preview says", async () => {
      await stack.up({ accountId: ACCOUNT });
      stack.gateway.requests.reset();
      assert.match(await stack.fails(), /accountId: cannot be taken back once it was set/);
      assert.match(
        await stack.fails({ accountId: "RGW00000000000000002" }),
        /accountId: cannot change: Ceph moves no user out of its account/,
      );
      assert.deepEqual(stack.gateway.requests.tally(), {});
    });

    it("has a display name of IAM's", async () => {
      assert.match(
        await stack.fails({ accountId: ACCOUNT, displayName: "Ann Onymous" }),
        /displayName: must have at most 64 letters, digits .* in an account: it is the user's name in IAM/,
      );
    });

    it("is root of an account only", async () => {
      assert.match(await stack.fails({ accountRoot: true }), /accountRoot: needs accountId beside it/);
    });

    it("says that the account is not there, and that the name is taken in it", async () => {
      assert.match(await stack.fails({ accountId: "RGW00000000000000009" }), /there is no such account/);
      stack.meddle(`PUT user?uid=eve&display-name=Ann&account-id=${ACCOUNT}`);
      assert.match(await stack.fails({ accountId: ACCOUNT }), /another user of the account has this displayName/);
      assert.equal(stack.gateway.user("ann"), undefined);
    });

    it("is refused before anything is sent where there are no accounts", async () => {
      stack.gateway.upgrade(18);
      for (const inputs of [{ accountId: ACCOUNT }, { path: "/x/" }])
        assert.match(
          await stack.fails(inputs),
          /must be left out: this release of Ceph has no accounts, which begin with Ceph 19/,
        );
      assert.equal(stack.gateway.user("ann"), undefined);
    });
  });
