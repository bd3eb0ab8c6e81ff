/** One program on each release of Ceph: what differs between them is no drift, and no business of the program's. */
import assert from "node:assert/strict";
import { RELEASES } from "../../devserver/rgw/release";
import { openRgw, type RgwStack } from "./rgw";

describe("one program of rgw.User on each release", () => {
  let stack: RgwStack;
  beforeEach(async () => {
    stack = await openRgw();
  });
  const user = () => stack.gateway.user("ann")?.user;

  for (const release of RELEASES) {
    describe(`on Ceph ${release}`, () => {
      beforeEach(() => stack.gateway.upgrade(release));

      it("shows an adopted key as old as the release says that it is", async () => {
        const { world } = stack;
        const made = world.now();
        await stack.system.make(stack.name);
        world.advance(3600);
        const adopted = await stack.up({ adopt: true });
        const [key] = adopted.keys as { issuedAt: string }[];
        assert.equal(key?.issuedAt, (release < 20 ? world.now() : made).toISOString());
      });

      it("has no drift of settings that releases store each in their way", async () => {
        const inputs = {
          email: "Ann.Lee@Example.org",
          defaultPlacement: "default-placement",
          defaultStorageClass: "STANDARD",
          suspended: false,
          caps: ["users=read"],
        };
        await stack.up(inputs);
        for (const changed of [inputs, { ...inputs, email: "ANN.LEE@example.org" }]) {
          await stack.engine.refresh();
          assert.deepEqual(await stack.tally(() => stack.up(changed)), {});
        }
        assert.equal(user()?.defaultPlacement, "default-placement");
        stack.meddle("POST user?uid=ann&email=Ann.Lee@Example.org");
        await stack.engine.refresh();
        assert.deepEqual(await stack.tally(() => stack.up(inputs)), {});
      });

      it("refuses a storage class that is not there, with nothing half-made", async () => {
        const inputs = { defaultPlacement: "default-placement", defaultStorageClass: "COLD" };
        assert.match(await stack.fails(inputs), /Check defaultPlacement and defaultStorageClass.*/);
        assert.deepEqual(stack.uids(), []);
      });

      for (const [cap, first] of [
        ["info=read", 18],
        ["ratelimit=*", 18],
        ["accounts=read", 20],
      ] as const) {
        it(`${release < first ? "refuses" : "grants"} the capability ${cap}`, async () => {
          await stack.up();
          if (release < first) {
            assert.match(await stack.fails({ caps: [cap] }), /this release of Ceph does not know one of the caps/);
            await stack.up();
            return;
          }
          await stack.up({ caps: [cap] });
          assert.deepEqual(stack.outputs().caps, [cap]);
          assert.deepEqual(await stack.tally(() => stack.up({ caps: [cap] })), {});
        });
      }

      it("is upgraded without any drift", async () => {
        const before = await stack.up({ caps: ["users=read"], email: "ann@x.org" });
        stack.gateway.upgrade(20);
        await stack.engine.refresh();
        const after = await stack.up({ caps: ["users=read"], email: "ann@x.org" });
        assert.deepEqual([after.accessKey, after.secretKey], [before.accessKey, before.secretKey]);
        await stack.up({ caps: ["users=read"], email: "ann@x.org", rotationId: "2", gracePeriodSeconds: 0 });
        assert.deepEqual(stack.keys(), [stack.outputs().accessKey]);
      });
    });
  }
});
