/**
 * Look-ups in a program, whichever provider its resources go through: where their connection comes from, what is secret, and
 * what a preview does not know yet.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { Gateway } from "../../devserver/rgw/gateway";
import { type Served, serve } from "../../devserver/rgw/serve";
import { rgw } from "../../sdk";
import { admin } from "../devserver/request";
import { QUICK_START } from "../real/project";

const REPOSITORY = path.join(__dirname, "../..");
const run = promisify(execFile);
const value = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply((one): void => resolve(one)));

for (const door of ["dynamic", "packaged"])
  describe(`look-ups of a program behind the ${door} door`, () => {
    let gateway: Gateway;
    let served: Served;
    let settings: { endpoint: string; accessKey: string; secretKey: string };

    before(async () => {
      process.env.OBJECT_USERS_DOOR = door;
      gateway = new Gateway();
      served = await serve(gateway);
      settings = { endpoint: served.url, ...gateway.admin };
      const made = "PUT user?uid=ann&display-name=Ann&access-key=ANNSKEY&secret-key=anns-secret&max-buckets=7";
      assert.equal(gateway.handle(admin(gateway, made)).status, 200);
      await pulumi.runtime.setMocks({
        newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
        call: () => ({}),
      });
    });
    after(async () => {
      delete process.env.OBJECT_USERS_DOOR;
      pulumi.runtime.setAllConfig({});
      await served.close();
    });
    const configure = (given: Record<string, string>) => {
      const keys = Object.entries(given).map(([key, one]) => [`rgw:${key}`, one]);
      pulumi.runtime.setAllConfig(
        door === "dynamic" ? Object.fromEntries(keys) : { "object-users:rgw": JSON.stringify(given) },
      );
    };

    it("take the provider that they are given, whose arguments may be outputs", async () => {
      const provider = new rgw.Provider("given", { ...settings, secretKey: pulumi.secret(settings.secretKey) });
      const { userId, displayName, maxBuckets, keys, subusers } = await rgw.getUser({ uid: "ann" }, { provider });
      assert.deepEqual([userId, displayName, maxBuckets, subusers], ["ann", "Ann", 7, []]);
      assert.deepEqual(keys, [{ id: "ANNSKEY", accessKey: "ANNSKEY" }]);
      assert.deepEqual(await rgw.listUsers({ provider }), [{ uid: "ann" }]);
    });

    it("take the provider of a parent", async () => {
      const provider = new rgw.Provider("inherited", settings);
      class Team extends pulumi.ComponentResource {
        constructor() {
          super("acme:org:Team", "team", {}, { providers: [provider] });
        }
      }
      assert.equal((await rgw.getUser({ uid: "ann" }, { parent: new Team() })).displayName, "Ann");
    });

    it("take the stack's configuration, and of a provider what it does not give", async () => {
      configure(settings);
      assert.equal((await rgw.getUser({ uid: "ann" })).displayName, "Ann");
      configure({ endpoint: settings.endpoint });
      const { accessKey, secretKey } = settings;
      const provider = new rgw.Provider("partial", { accessKey, secretKey });
      assert.equal((await rgw.getUser({ uid: "ann" }, { provider })).displayName, "Ann");
      configure({});
      await assert.rejects(rgw.getUser({ uid: "ann" }), /endpoint is missing.*RADOSGW_ENDPOINT/);
    });

    it("wrap a secret that was asked for", async () => {
      configure(settings);
      const [key] = (await rgw.getUser({ uid: "ann", withSecrets: true })).keys ?? [];
      assert.ok(key?.secretKey);
      assert.equal(await pulumi.isSecret(key.secretKey), true);
      assert.equal(await value(key.secretKey), "anns-secret");
      const all = rgw.getUserOutput({ uid: pulumi.output("ann"), withSecrets: true });
      assert.equal(await pulumi.isSecret(all), true);
      assert.equal((await value(all)).keys?.[0]?.secretKey, "anns-secret");
      const open = rgw.getUserOutput({ uid: "ann" });
      assert.equal(await pulumi.isSecret(open), false);
      assert.equal((await value(open)).keys?.[0]?.accessKey, "ANNSKEY");
    });

    it("fail for a user that is not there, by name", async () => {
      configure(settings);
      await assert.rejects(rgw.getUser({ uid: "bob" }), /looking up user "bob": there is no such user/);
    });

    it("wait in a preview for what is not known, and say so where they cannot", async () => {
      await pulumi.runtime.setMocks(
        {
          newResource: ({ name }) =>
            name === "made" ? { id: "", state: { userId: "ann" } } : { id: `${name}-id`, state: {} },
          call: () => ({}),
        },
        "project",
        "stack",
        true,
      );
      const bob = new rgw.User("bob", { uid: "bob", displayName: "Bob" });
      const made = new rgw.User("made", { uid: "ann", displayName: "Ann" });
      const provider = new rgw.Provider("unknown", { ...settings, secretKey: bob.secretKey });
      gateway.requests.reset();
      const found = rgw.getUserOutput({ uid: bob.userId }, { provider });
      const { isKnown } = found as unknown as { isKnown: Promise<boolean> };
      assert.equal(await isKnown, false);
      const early = rgw.getUserOutput({ uid: made.userId }) as unknown as { isKnown: Promise<boolean> };
      assert.equal(await value(made.userId), "ann", "the packaged plugin foretells it");
      assert.equal(await early.isKnown, false, "a user that is not made yet is looked for by nobody");
      await assert.rejects(rgw.getUser({ uid: "ann" }, { provider }), /not known yet in a preview; use getUserOutput/);
      assert.deepEqual(gateway.requests.tally(), {});
      await pulumi.runtime.setMocks({
        newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
        call: () => ({}),
      });
    });

    it("let the program end", async () => {
      const script = `require("./sdk").rgw.getUser({ uid: "ann" }).then(({ displayName }) => console.log(displayName));`;
      const environment = { RADOSGW_ENDPOINT: settings.endpoint, RADOSGW_ACCESS_KEY: settings.accessKey };
      const env = { ...process.env, ...environment, RADOSGW_SECRET_KEY: settings.secretKey };
      const { stdout, stderr } = await run(process.execPath, ["--require", QUICK_START, "-e", script], {
        cwd: REPOSITORY,
        env,
        timeout: 20_000,
      });
      assert.match(stdout, /^Ann$/m, stderr);
      assert.ok(!`${stdout}${stderr}`.includes(settings.secretKey));
    }).timeout(30_000);
  });
