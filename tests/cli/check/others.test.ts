/** `object-users check` of ECS and cegedim.cloud, on their servers of reference. */
import assert from "node:assert/strict";
import { CegedimServer } from "../../../devserver/cegedim/server";
import { EcsServer } from "../../../devserver/ecs/server";
import { type Exchanger, type Served, serve } from "../../../devserver/rgw/serve";
import { world as realWorld } from "../../../provider/world";
import { type Ran, runWith } from "../scene";

let served: Served;
const open = async (server: Exchanger) => {
  served = await serve(server);
};
const check = (kind: string, environment: Record<string, string>): Promise<Ran> =>
  runWith(["check", kind], { ...realWorld, environment, log: () => {}, atEnd: () => {} }, "/nowhere");

afterEach(() => served?.close());

describe("object-users check ecs", () => {
  const settings = () => ({
    ECS_ENDPOINT: served.url,
    ECS_S3_ENDPOINT: served.url,
    ECS_USERNAME: "root",
    ECS_PASSWORD: "the-managers-own-password",
  });

  it("is content with a system that is well, and changes nothing", async () => {
    const server = new EcsServer();
    await open(server);
    const { code, out, said } = await check("ecs", settings());
    assert.equal(code, 0, out);
    for (const what of ["credentials", "reading users", "changing users", "s3"])
      assert.match(out, new RegExp(`ok +${what}: `), out);
    assert.equal(said, "all is well");
    assert.deepEqual(server.users(), []);
  });

  it("knows a wrong password, and asks no further", async () => {
    await open(new EcsServer());
    const { code, out } = await check("ecs", { ...settings(), ECS_PASSWORD: "not-this-one" });
    assert.equal(code, 1);
    assert.match(out, /FAILED +credentials: ECS does not accept the management user's name or password.*ECS_PASSWORD/);
    assert.doesNotMatch(out, /reading users|not-this-one/);
  });

  it("warns where the management user may only look", async () => {
    const managers = [{ username: "root", password: "the-managers-own-password", role: "SYSTEM_MONITOR" as const }];
    await open(new EcsServer({ managers }));
    const { code, out } = await check("ecs", settings());
    assert.equal(code, 0);
    assert.match(out, /ok +reading users/);
    assert.match(out, /warning +changing users: the management user may not do this.*SYSTEM_ADMIN/);
  });

  it("warns that nothing is proven without an S3 address", async () => {
    await open(new EcsServer());
    const { out } = await check("ecs", { ...settings(), ECS_S3_ENDPOINT: "" });
    assert.match(out, /warning +s3: no s3Endpoint is given: nothing is proven\. Set ECS_S3_ENDPOINT/);
  });
});

describe("object-users check cegedim", () => {
  const settings = () => ({
    ITCARE_ENDPOINT: `${served.url}/itcare`,
    ITCARE_TOKEN_URL: `${served.url}/token`,
    ITCARE_S3_ENDPOINT: served.url,
    ITCARE_CLIENT_ID: "cgdm-sa-test",
    ITCARE_CLIENT_SECRET: "the-clients-own-secret",
  });

  it("is content with an account that is well", async () => {
    await open(new CegedimServer());
    const { code, out } = await check("cegedim", settings());
    assert.equal(code, 0, out);
    for (const what of ["credentials", "api", "s3"]) assert.match(out, new RegExp(`ok +${what}: `), out);
  });

  it("knows a wrong client secret", async () => {
    await open(new CegedimServer());
    const { code, out } = await check("cegedim", { ...settings(), ITCARE_CLIENT_SECRET: "not-this-one" });
    assert.equal(code, 1);
    assert.match(out, /FAILED +credentials: the client's id or secret is not accepted/);
    assert.doesNotMatch(out, /not-this-one/);
  });
});
