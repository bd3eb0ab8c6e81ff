/** Names with control sequences, from state and from servers: no command lets one reach the terminal, and JSON keeps them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { serve } from "../../../devserver/rgw/serve";
import { admin } from "../../devserver/request";
import { openScene, type Scene } from "../scene";

const HOSTILE = "ann\u001b[2J\u009b31m\u007f\u202e";
const SHOWN = "ann\\x1b[2J\\x9b31m\\x7f\\u202e";
const ANN = { uid: "ann", displayName: "Ann", gracePeriodSeconds: 60 };
const OBEYED = /(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u;

describe("names with control sequences", () => {
  let scene: Scene;

  beforeEach(async () => {
    scene = await openScene();
    await scene.up("prod", HOSTILE, { ...ANN, rotationId: "a" });
    await scene.up("prod", HOSTILE, { ...ANN, rotationId: "b" });
    scene.world.advance(61);
  });
  afterEach(() => scene.close());

  const harmless = ({ out, said }: { out: string; said: string }) => assert.doesNotMatch(`${out}${said}`, OBEYED);

  it("are written out by sweep", async () => {
    const ran = await scene.run(["sweep", "--stack", "prod", "--dry-run"]);
    harmless(ran);
    assert.ok(ran.out.startsWith(`prod ${SHOWN}: key `), ran.out);
  });

  it("are written out by status, which stays a table", async () => {
    const ran = await scene.run(["status", "--stack", "prod"]);
    harmless(ran);
    assert.ok(ran.out.includes("ann\\x1b[2J"), ran.out);
  });

  it("are what they were to whoever reads the JSON", async () => {
    for (const command of ["sweep", "status"]) {
      const ran = await scene.run([command, "--stack", "prod", "--json"]);
      harmless(ran);
      const { keys, users } = JSON.parse(ran.out);
      assert.equal((keys ?? users)[0].resource, HOSTILE);
    }
  });

  it("are written out by check, and wherever a command line is refused", async () => {
    for (const args of [["check", HOSTILE], ["import", HOSTILE], [HOSTILE], ["sweep", "--stack", HOSTILE]]) {
      const ran = await scene.run(args);
      assert.notEqual(ran.code, 0);
      harmless(ran);
      assert.ok(ran.said.includes(SHOWN), ran.said);
    }
  });

  it("are written out by import", async () => {
    const served = await serve(scene.gateway);
    try {
      const uid = encodeURIComponent(HOSTILE);
      const made = admin(scene.gateway, `PUT user?uid=${uid}&display-name=x`, scene.world.now());
      assert.equal(scene.gateway.handle(made).status, 200);
      const { accessKey, secretKey } = scene.gateway.admin;
      const environment = {
        RADOSGW_ENDPOINT: served.url,
        RADOSGW_ACCESS_KEY: accessKey,
        RADOSGW_SECRET_KEY: secretKey,
      };
      const files = ["--out", path.join(scene.directory, "i.json"), "--program", path.join(scene.directory, "p.ts")];
      const ran = await scene.run(["import", "rgw", ...files], { world: { ...scene.world, environment } });
      harmless(ran);
      assert.ok(ran.said.includes(`not imported: ${SHOWN}: `), ran.said);
      assert.doesNotMatch(readFileSync(path.join(scene.directory, "p.ts"), "utf8"), OBEYED);
    } finally {
      await served.close();
    }
  });
});
