/**
 * The release for this platform, made as `npm run release` makes it: an executable that serves Pulumi on a machine that has
 * no Node.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as grpc from "@grpc/grpc-js";
import * as rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { extract } from "tar";
import { Gateway } from "../../../devserver/rgw/gateway";
import { serve } from "../../../devserver/rgw/serve";
import { cliAvailable, skipWithout } from "../../real/needs";
import { openStack, REPOSITORY } from "../../real/pulumi";
import { call, filled } from "../door";
import { needReleases, release, sha256 } from "./release";
import { findYaml } from "./yaml";

const { ResourceProviderClient } = require("@pulumi/pulumi/proto/provider_grpc_pb");

const NAME = "pulumi-resource-object-users";
const URL = "https://releases.example.com/object-users";
const { version } = require("../../../package.json") as { version: string };

describe("the release for this platform", function () {
  this.timeout(600_000);
  const work = mkdtempSync(path.join(tmpdir(), "object-users-release-test-"));
  const unpacked = path.join(work, "unpacked");
  const executable = path.join(unpacked, NAME);
  let archive = "";
  /** What a machine without Node has on its PATH. */
  const withoutNode = { PATH: path.join(work, "empty"), HOME: work };

  before(async function () {
    needReleases(this);
    for (const name of ["empty", "unpacked"]) mkdirSync(path.join(work, name));
    archive = await release(path.join(work, "release"), URL);
    extract({ file: archive, cwd: unpacked, sync: true });
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  it("is named as Pulumi asks for it, with its checksum beside it, and the licenses of all that is in it", () => {
    const architecture = process.arch === "x64" ? "amd64" : process.arch;
    assert.equal(path.basename(archive), `${NAME}-v${version}-${process.platform}-${architecture}.tar.gz`);
    const sums = readFileSync(path.join(path.dirname(archive), "SHA256SUMS"), "utf8");
    assert.equal(sums, `${sha256(archive)}  ${path.basename(archive)}\n`);
    assert.deepEqual(readdirSync(unpacked).sort(), ["LICENSE", "NOTICES", NAME]);
    const notices = readFileSync(path.join(unpacked, "NOTICES"), "utf8");
    for (const one of ["@grpc/grpc-js", "protobufjs", "zod", "aws4", "yaml", "Node.js"])
      assert.match(notices, new RegExp(`^${one} \\d`, "m"), one);
  });

  it("speaks Pulumi's protocol on a PATH without node, and tells where the releases lie", async () => {
    const child = spawn(executable, ["127.0.0.1:1"], { env: withoutNode, stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [line] = (await once(child.stdout, "data")) as [Buffer];
      const address = `127.0.0.1:${String(line).trim()}`;
      const client = new ResourceProviderClient(address, grpc.credentials.createInsecure());
      try {
        const hands = filled(new rpc.ProviderHandshakeRequest(), { engineAddress: "127.0.0.1:1" });
        assert.ok((await call<rpc.ProviderHandshakeResponse>(client, "handshake", hands)).getAcceptSecrets());
        const info = await call<{ getVersion(): string }>(client, "getPluginInfo", new Empty());
        assert.equal(info.getVersion(), version);
        const schema = await call<rpc.GetSchemaResponse>(client, "getSchema", new rpc.GetSchemaRequest());
        assert.equal(JSON.parse(schema.getSchema()).pluginDownloadURL, URL);
      } finally {
        client.close();
      }
    } finally {
      child.kill("SIGTERM");
    }
    await once(child, "exit");
  });

  it("is installed by Pulumi out of the archive, and makes, rotates and deletes users for YAML without node", async function () {
    const yaml = (await cliAvailable()).available ? await findYaml() : undefined;
    const reason = "Pulumi's host for YAML is not there. `node tools/setup.mjs` makes it.";
    skipWithout(this, await cliAvailable(), yaml ? { available: true } : { available: false, reason });
    // Of the machine's programs only this is left, and what lies beside the CLI.
    const tools = path.join(work, "tools");
    mkdirSync(tools);
    symlinkSync(yaml ?? "", path.join(tools, "pulumi-language-yaml"));
    const gateway = new Gateway();
    const served = await serve(gateway);
    const stack = await openStack({
      program: path.join(REPOSITORY, "examples/yaml"),
      env: {
        PATH: tools,
        RADOSGW_ENDPOINT: served.url,
        RADOSGW_ACCESS_KEY: gateway.admin.accessKey,
        RADOSGW_SECRET_KEY: gateway.admin.secretKey,
      },
    });
    const keys = () => gateway.users().find(({ uid }) => uid === "alice")?.keys.size;
    try {
      await stack.run(["plugin", "install", "resource", "object-users", version, "--file", archive], { expect: 0 });
      await stack.up({ expect: 0 });
      assert.equal(keys(), 1);
      await stack.setConfig("rotation", "2027-q1");
      await stack.up({ expect: 0 });
      assert.equal(keys(), 2);
      await stack.destroy({ expect: 0 });
      assert.equal(keys(), undefined);
    } finally {
      await stack.dispose();
      await served.close();
    }
  });
});
