/** One stack behind one door and then the other: nothing is to be done, in the middle of a grace as well. */
import assert from "node:assert/strict";
import type { Backend } from "../../provider/backends/backend";
import { rgw } from "../../provider/backends/rgw";
import { takeInventory } from "../../provider/operator/inventory";
import { identityOf } from "../../provider/protocol";
import { openFleet } from "../../provider/pulumi/fleet/fleet";
import { openResource } from "../../provider/pulumi/resource";
import type { Inputs } from "../../provider/pulumi/state";
import { Engine, type Stored } from "../provider/engine";
import { bench } from "../provider/world";
import { closePlugins, throughPlugin } from "./door";

const backend = rgw as Backend;
const GRACE = { gracePeriodSeconds: 3600 };

for (const [shape, type, programOf] of [
  ["a single user", "rgw:User", (rotationId) => ({ uid: "ann", displayName: "Ann", rotationId, ...GRACE })],
  [
    "a fleet",
    "rgw:Users",
    (rotationId) => ({ defaults: { rotationId, ...GRACE }, users: { red: { uid: "ann", displayName: "Ann" } } }),
  ],
] as readonly (readonly [string, string, (rotationId: string) => Inputs])[]) {
  describe(`${shape} behind both doors`, () => {
    afterEach(closePlugins);

    it("is the same: the other door has nothing to do, rotates, hands it back and deletes it", async () => {
      const { gateway, world, config } = bench();
      const isFleet = type === "rgw:Users";
      const dynamic = () => (isFleet ? openFleet : openResource)(backend, world);
      const packaged = () => throughPlugin(backend, isFleet, world);
      const engine = new Engine(dynamic(), world, identityOf(`urn:pulumi:test::test::object-users:${type}::ann`));
      const through = async (door: typeof dynamic) => {
        engine.provider = door();
        await engine.provider.configure({ config });
      };
      const isSame = async (rotationId: string) => {
        const before = gateway.requests.writes();
        assert.equal(await engine.up(programOf(rotationId)), "same");
        await engine.refresh();
        assert.equal(await engine.up(programOf(rotationId)), "same");
        assert.equal(gateway.requests.writes(), before);
      };
      await through(dynamic);
      await engine.up(programOf("1"));
      world.advance(60);
      await engine.up(programOf("2"));
      await through(packaged);
      await isSame("2");
      world.advance(60);
      assert.equal(await engine.up(programOf("3")), "updated");
      assert.equal(gateway.users()[0]?.keys.size, 3, "two graces run");
      await through(dynamic);
      await isSame("3");
      world.advance(3601);
      assert.equal(await engine.up(programOf("3")), "updated");
      assert.equal(gateway.users()[0]?.keys.size, 1);
      await through(packaged);
      await isSame("3");
      await engine.destroy();
      assert.deepEqual(gateway.users(), []);
    });

    it("is found by the command object-users whichever door made it, with its connection", async () => {
      const { world, config } = bench();
      const isFleet = type === "rgw:Users";
      const engine = new Engine(throughPlugin(backend, isFleet, world), world);
      await engine.provider.configure({ config });
      await engine.up(programOf("1"));
      const { id, inputs, outputs } = engine.stored as Stored;
      const exported = (typeOfIt: string, provider: string, settings: object) => {
        const urn = `urn:pulumi:t::p::${typeOfIt}::ann`;
        const owner = { urn: `urn:pulumi:t::p::${provider}::default`, type: provider, id: "1", inputs: settings };
        const resource = { urn, type: typeOfIt, id, inputs, outputs, provider: `${owner.urn}::1` };
        return takeInventory({ deployment: { resources: [owner, resource] } });
      };
      const both = [
        exported(`pulumi-nodejs:dynamic/object-users/${type}`, "pulumi:providers:pulumi-nodejs", {
          "rgw:endpoint": "x",
        }),
        exported(`object-users:${type}`, "pulumi:providers:object-users", { rgw: { endpoint: "x" } }),
        exported(`object-users:${type}`, "pulumi:providers:object-users", { rgw: '{"endpoint":"x"}' }),
      ];
      for (const { users, unreadable, connections } of both) {
        assert.deepEqual(unreadable, []);
        assert.deepEqual(
          users.map(({ name, current }) => [name, typeof current?.accessKey]),
          [["ann", "string"]],
        );
        assert.equal(connections.get(users[0]?.connection ?? "")?.get("rgw:endpoint"), "x");
      }
    });
  });
}

it("null in state says that there is nothing: behind the dynamic door, too, it replaces no user", async () => {
  const { world, config } = bench();
  const provider = openResource(backend, world);
  const engine = new Engine(provider, world);
  await provider.configure({ config });
  await engine.up({ uid: "ann", displayName: "Ann" });
  const { id, inputs, outputs } = engine.stored as Stored;
  const absent = {
    tenant: null,
    email: null,
    previousAccessKey: null,
    previousSecretKey: null,
    previousKeyExpiresAt: null,
  };
  const { changes, replaces } = await provider.diff(id, { ...outputs, ...absent }, inputs);
  assert.deepEqual([changes, replaces], [false, []]);
  assert.equal((await provider.read(id, { ...outputs, ...absent })).id, "ann");
  await provider.update(id, { ...outputs, ...absent }, inputs);
  await provider.delete(id, { ...outputs, ...absent });
});
