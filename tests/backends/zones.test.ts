/**
 * A connection with several addresses of S3, and a gateway that is not where users are changed, on the embedded gateway:
 * what the second address answers, and what is answered about zones, comes from the test. On real zones:
 * tests/proofs/zones.long.test.ts.
 */
import assert from "node:assert/strict";
import { faults } from "../../devserver/rgw/fault";
import type { WireRequest } from "../../provider/http/wire";
import { openRgw, type RgwStack } from "./rgw";
import type { Mishap } from "./stack";

const [EAST, WEST] = ["https://gateway.test", "https://west.test"] as const;
const SETTINGS = { "rgw:s3Endpoints": [EAST, WEST], "rgw:propagationSeconds": 10 };
const GRACE = { gracePeriodSeconds: 60 };
const REFUSED = "<Error><Code>InvalidAccessKeyId</Code></Error>";
const PERIOD = {
  master_zone: "1",
  period_map: {
    zonegroups: [
      {
        zones: [
          { id: "1", name: "east", endpoints: [EAST] },
          { id: "2", name: "west", endpoints: [WEST] },
        ],
      },
    ],
  },
};

describe("rgw.User with two addresses of S3", () => {
  let stack: RgwStack;
  beforeEach(async () => {
    stack = await openRgw({ settings: SETTINGS });
  });
  const isWest = ({ url }: WireRequest) => url.hostname === "west.test";
  const west = (mishap: Mishap | undefined) => {
    stack.mishap = (request) => (isWest(request) ? mishap : undefined);
  };

  it("publishes a key that both accept, with the first address", async () => {
    const { endpoint } = await stack.up();
    assert.equal(endpoint, EAST);
    assert.equal(stack.asked.filter(isWest).length, 1);
  });

  const TROUBLE: readonly [what: string, mishap: Mishap][] = [
    ["does not know the key yet", { kind: "answer", status: 403, body: REFUSED }],
    ["is down", faults.cutBefore],
  ];
  for (const [what, mishap] of TROUBLE)
    it(`publishes nothing while one ${what}, names it, and resumes with the same key`, async () => {
      const before = await stack.up({ ...GRACE, rotationId: "1" });
      west(mishap);
      assert.match(await stack.fails({ ...GRACE, rotationId: "2" }), /west\.test/);
      assert.equal(stack.outputs().accessKey, before.accessKey);
      const made = stack.keys();
      west(undefined);
      await stack.up({ ...GRACE, rotationId: "2" });
      assert.deepEqual(stack.keys(), made);
      assert.equal(stack.outputs().previousAccessKey, before.accessKey);
    });

  it("does not take a key for revoked that one still accepts", async () => {
    await stack.up({ ...GRACE, rotationId: "1" });
    await stack.up({ ...GRACE, rotationId: "2" });
    stack.world.advance(61);
    west({
      kind: "answer",
      status: 200,
      body: "<ListAllMyBucketsResult><Owner><ID>ann</ID></Owner></ListAllMyBucketsResult>",
    });
    assert.match(
      await stack.fails({ ...GRACE, rotationId: "2" }),
      /the key was revoked but S3 at https:\/\/west\.test still accepts it/,
    );
    west(undefined);
    await stack.up({ ...GRACE, rotationId: "2" });
    assert.equal((stack.outputs().keys as unknown[]).length, 1);
  });

  it("keeps keys when the order of the addresses changes; the users' own is the first", async () => {
    const { accessKey } = await stack.up();
    await stack.restart({ "rgw:s3Endpoints": [WEST, EAST] });
    const outputs = await stack.up();
    assert.deepEqual([outputs.accessKey, outputs.endpoint], [accessKey, WEST]);
  });

  it("changes nothing at a gateway that is not of the metadata master, and names the master's address", async () => {
    await stack.up({ rotationId: "1" });
    const before = stack.keys();
    stack.mishap = ({ url }) => {
      if (url.pathname.endsWith("/realm/period")) return { kind: "answer", status: 200, body: JSON.stringify(PERIOD) };
      return url.pathname.endsWith("/config") ? { kind: "answer", status: 200, body: '{"id":"2"}' } : undefined;
    };
    await stack.restart();
    assert.match(
      await stack.fails({ rotationId: "2" }),
      /the gateway is of zone "west".*metadata master, zone "east".*to a gateway of zone "east": https:\/\/gateway\.test/s,
    );
    assert.deepEqual(stack.keys(), before);
  });
});
