// A connection that is missing, wrong or broken, as somebody sees it in the CLI: one sentence that says what to do, nothing
// half-done, and the users that were there before still known.

import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { freePort } from "../../../tools/ceph/ports";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { diagnosticsOf, NO_DRIFT, OK, openStory, type Story } from "./story";

/** A connection: what differs from a good one. */
interface Settings {
  readonly endpoint?: string;
  readonly accessKey?: string;
  readonly secretKey?: string;
}

const PROGRAM = `
const { rgw } = require("pulumi-object-users");
for (const name of process.env.CONNECTIONS.split(" ")) {
  const given = (setting) => process.env[name + "_" + setting];
  const provider = new rgw.Provider("to-" + name, {
    endpoint: given("ENDPOINT"), accessKey: given("ACCESS_KEY"), secretKey: given("SECRET_KEY"),
  });
  new rgw.User(name, { uid: "weather-" + name, displayName: name }, { provider });
}
`;

const SENTENCES: Readonly<Record<string, RegExp>> = {
  wrongSecret: /the admin's secret key is wrong \(403 SignatureDoesNotMatch .*Check secretKey of rgw\.Provider/,
  unknownKey: /the gateway does not know the admin's access key \(403 InvalidAccessKeyId .*Check accessKey/,
  noCaps: /the admin user lacks a capability \(403 AccessDenied .*radosgw-admin caps add/,
  suspended: /the admin user is suspended \(403 UserSuspended .*radosgw-admin user enable/,
  unreachable: /no answer from http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED.*Nothing listens there/,
  html: /does not answer like a RADOS Gateway's Admin Ops API but with text\/html.*Check endpoint/,
};

sharedClusters();

describe("a connection that does not work", function () {
  this.timeout(60_000);
  let ceph: Cluster;
  let html: Server;
  let story: Story;
  let env: Record<string, string>;

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
    html = createServer((_request, response) => {
      response
        .writeHead(200, { "content-type": "text/html; charset=utf-8" })
        .end("<html>Welcome to a web server</html>");
    });
    await new Promise<void>((resolve) => html.listen(0, "127.0.0.1", resolve));
    const { port } = html.address() as AddressInfo;
    const settings: Readonly<Record<string, Settings>> = {
      wrongSecret: { secretKey: "not-the-secret-of-the-admin" },
      unknownKey: { accessKey: "NOBODYSKEY" },
      noCaps: await admin("weather-admin-without-caps"),
      suspended: await admin("weather-admin-suspended", { suspended: "1", "user-caps": "users=*" }),
      unreachable: { endpoint: `http://127.0.0.1:${await freePort()}` },
      html: { endpoint: `http://127.0.0.1:${port}` },
    };
    env = environment(settings);
    story = await openStory({ program: { files: { "index.js": PROGRAM } }, env });
  });
  after(async () => {
    html?.close();
    await story?.end();
  });

  it("fails each up in a sentence that says what to do, and leaves no resource behind", async () => {
    const { code, stdout } = await story.up({ args: ["--continue-on-error"] });
    assert.notEqual(code, 0);
    for (const [name, sentence] of Object.entries(SENTENCES)) {
      assert.match(diagnosticsOf(stdout, name), sentence);
      assert.equal((await story.resources())[name], undefined);
    }
    assert.doesNotMatch(stdout, /^\s+at /m, "people need the sentence, not the stack");
    assert.deepEqual(
      (await ceph.users()).filter((uid) => SENTENCES[uid.replace("weather-", "")]),
      [],
    );
  });

  it("is told before anything is made where credentials are missing: by preview and by up", async () => {
    const none = { CONNECTIONS: "nothing" };
    for (const { code, stdout } of [await story.preview({ env: none }), await story.up({ env: none })]) {
      assert.notEqual(code, 0);
      assert.match(diagnosticsOf(stdout, "nothing"), /endpoint is missing; accessKey is missing; secretKey is missing/);
      assert.match(stdout, /RADOSGW_ENDPOINT, .*RADOSGW_ACCESS_KEY, .*RADOSGW_SECRET_KEY/);
      assert.doesNotMatch(stdout, /^\s+at /m);
    }
  });

  it("is warned of where it is not encrypted, in preview already", async () => {
    const endpoint = "http://rgw.example.invalid";
    const { stdout } = await story.preview({ ...OK, env: environment({ plain: { endpoint } }) });
    assert.match(stdout, /warning: http:\/\/rgw\.example\.invalid is not encrypted: .* use https/);
  });

  describe("for a while", () => {
    let calm: Record<string, string>;

    before(() => {
      calm = environment({ calm: {} });
    });

    it("does not make anything twice: an answer that is lost after the gateway acted is looked up", async () => {
      const { witness } = ceph;
      witness.forget();
      witness.loseNextAnswer(({ method, target }) => method === "PUT" && target.includes("uid=weather-calm"));
      await story.up({ ...OK, env: calm });
      const made = witness.writes().filter(({ method, status }) => method === "PUT" && status === 200);
      assert.equal(made.length, 1);
      assert.equal((await ceph.user("weather-calm"))?.keys.length, 1);
      assert.equal((await story.user("calm")).keys.length, 1);
    });

    it("is never taken for a user who is gone; all goes on when the gateway is back", async () => {
      const { keys } = await story.user("calm");
      await ceph.ceph.killGateway();
      try {
        const { code, stdout } = await story.refresh({ env: calm });
        assert.notEqual(code, 0);
        assert.match(stdout, /reading user "weather-calm"/);
      } finally {
        await ceph.ceph.restartGateway();
      }
      assert.deepEqual((await story.user("calm")).keys, keys);
      await story.preview({ ...NO_DRIFT, env: calm });
    });
  });

  async function admin(uid: string, more: Readonly<Record<string, string>> = {}): Promise<Settings> {
    await ceph.admin("PUT", { uid, "display-name": uid, ...more });
    const key = (await ceph.user(uid))?.keys[0];
    assert.ok(key);
    return { accessKey: key.access_key, secretKey: key.secret_key };
  }

  function environment(settings: Readonly<Record<string, Settings>>): Record<string, string> {
    const good = { endpoint: ceph.witness.endpoint, ...ceph.ceph.admin };
    const variables = Object.entries(settings).flatMap(([name, given]) => {
      const { endpoint, accessKey, secretKey } = { ...good, ...given };
      return [
        [`${name}_ENDPOINT`, endpoint],
        [`${name}_ACCESS_KEY`, accessKey],
        [`${name}_SECRET_KEY`, secretKey],
      ];
    });
    return { CONNECTIONS: Object.keys(settings).join(" "), ...Object.fromEntries(variables) };
  }
});
