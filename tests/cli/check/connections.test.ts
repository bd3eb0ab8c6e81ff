/** Which connections of a stack are looked at: of each system one, by the kind that needs most of those that use it. */
import assert from "node:assert/strict";
import { connectionsOf } from "../../../cli/connections";
import { kinds } from "../../../provider/backends";
import type { Inventory } from "../../../provider/operator/inventory";
import { world } from "../../../provider/world";

describe("the connections of a stack", () => {
  const ID = "urn:pulumi:prod::program::pulumi:providers:pulumi-nodejs::default::1";
  const rows: readonly [what: string, used: readonly string[], configured: readonly string[], looked: string[]][] = [
    ["nothing uses or configures", [], [], []],
    ["users use", ["openstack"], [], ["openstack"]],
    ["only keys use", ["openstack.accessKey"], ["openstack:authUrl"], ["openstack.accessKey"]],
    ["keys and users use, in any order", ["openstack.accessKey", "openstack"], [], ["openstack"]],
    ["is configured and not used yet", [], ["rgw:endpoint"], ["rgw"]],
    ["two systems have", ["rgw.subuser", "ecs"], [], ["rgw.subuser", "ecs"]],
  ];
  for (const [what, used, configured, looked] of rows)
    it(`that ${what}`, () => {
      const users = used.map((kind) => ({ connection: ID, backend: kinds[kind] }));
      const get = (key: string) => (configured.includes(key) ? "https://one.test" : undefined);
      const inventory = { users, connections: new Map([[ID, { get }]]) } as unknown as Inventory;
      const found = connectionsOf("prod", inventory, { ...world, environment: {} });
      assert.deepEqual(
        found.map(({ backend }) => backend.kind),
        looked,
      );
    });
});
