// Programs outside of this repository that have nothing of it but the packed package: the real Pulumi CLI creates, rotates
// and destroys with them, on the embedded gateway.

import assert from "node:assert/strict";
import { Gateway } from "../../devserver/rgw/gateway";
import { type Served, serve } from "../../devserver/rgw/serve";
import { openS3, type S3 } from "../../tools/demo/s3-client";
import { findCli, HOW_TO_GET_THE_CLI, openStack, type Stack } from "../real/pulumi";
import { install } from "./packed";

const USER = `new rgw.User("alice", {
  uid: "alice",
  displayName: "Alice",
  rotationId: new pulumi.Config().require("rotationId"),
  gracePeriodSeconds: 3600,
})`;

const PROGRAMS = {
  commonjs: `
    const pulumi = require("@pulumi/pulumi");
    const { rgw } = require("pulumi-object-users");
    const { accessKey, secretKey } = ${USER};
    module.exports = { accessKey, secretKey, loadedFrom: require.resolve("pulumi-object-users/provider") };`,
  module: `
    import * as pulumi from "@pulumi/pulumi";
    import { rgw } from "pulumi-object-users";
    import { createRequire } from "node:module";
    export const { accessKey, secretKey } = ${USER};
    export const loadedFrom = createRequire(import.meta.url).resolve("pulumi-object-users/provider");`,
};

describe("a program that uses the packed package", function () {
  this.timeout(60_000);
  let gateway: Gateway;
  let served: Served;
  let s3: S3;
  let stack: Stack | undefined;

  before(async function () {
    if (await findCli()) return;
    console.warn(`    SKIPPED: ${HOW_TO_GET_THE_CLI}`);
    this.skip();
  });
  beforeEach(async () => {
    gateway = new Gateway();
    served = await serve(gateway);
    s3 = openS3({ endpoint: served.url, region: "us-east-1" });
  });
  afterEach(async () => {
    await stack?.dispose();
    stack = undefined;
    await served?.close();
  });

  for (const kind of ["commonjs", "module"] as const) {
    it(`creates, rotates and destroys, as ${kind}`, async () => {
      const project = install(kind);
      project.linkPulumi();
      project.write({
        "Pulumi.yaml": "name: program\nmain: index.js\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
        "index.js": PROGRAMS[kind],
      });
      const { accessKey, secretKey } = gateway.admin;
      stack = await openStack({
        program: project.directory,
        config: {
          "program:rotationId": "first",
          "rgw:endpoint": served.url,
          "rgw:accessKey": accessKey,
          "rgw:secretKey": { value: secretKey, secret: true },
        },
      });
      const key = async () => {
        const outputs = await stack?.outputs({ showSecrets: true });
        assert.ok(String(outputs?.loadedFrom).startsWith(project.directory), String(outputs?.loadedFrom));
        return { accessKey: String(outputs?.accessKey), secretKey: String(outputs?.secretKey) };
      };
      const isAccepted = async (each: { accessKey: string; secretKey: string }) =>
        (await s3(each, "GET", "/")).accepted;

      await stack.up({ expect: 0 });
      const first = await key();
      assert.equal(await isAccepted(first), true);

      await stack.setConfig("rotationId", "second");
      await stack.up({ expect: 0 });
      const second = await key();
      assert.notEqual(second.accessKey, first.accessKey);
      assert.deepEqual([await isAccepted(first), await isAccepted(second)], [true, true]);

      const state = JSON.stringify(await stack.exportState());
      for (const secret of [first.secretKey, second.secretKey, secretKey]) assert.equal(state.includes(secret), false);

      await stack.destroy({ expect: 0 });
      assert.deepEqual(gateway.users(), []);
      assert.equal(await isAccepted(second), false);
    });
  }
});
