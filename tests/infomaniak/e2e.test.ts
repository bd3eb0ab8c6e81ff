// examples/infomaniak with the real CLI: the account API's stand-in before a real Keystone and a real S3 gateway.

import assert from "node:assert/strict";
import { NO_DRIFT, OK, openExample, type Story } from "../openstack/story";
import { CLOUD, openAccount, PROJECT, type Setting, TOKEN } from "./account";

const GONE = "403 InvalidAccessKeyId";
const DESCRIPTION = "Backup of the web servers";

describe("examples/infomaniak from up to destroy", function () {
  this.timeout(180_000);
  let setting: Setting;
  let story: Story;

  before(async function () {
    console.warn("      (a stand-in serves Infomaniak's account API here; Keystone and S3 behind it are real)");
    setting = await openAccount(this, { cli: true, delayMs: 300 });
    const { store, served } = setting;
    const config = {
      publicCloudId: String(CLOUD),
      projectId: String(PROJECT),
      "infomaniak:endpoint": served.endpoint,
      "infomaniak:authUrl": store.keystone.authUrl,
      "infomaniak:s3Endpoint": store.s3Endpoint,
      "infomaniak:requestsPerMinute": "1000",
    };
    story = await openExample("infomaniak", config, { INFOMANIAK_TOKEN: TOKEN }, [TOKEN]);
  });
  after(async () => {
    await story?.end();
    await setting?.served.close();
  });

  it("makes a user, telling how far it is; its key opens S3; secrets are masked", async () => {
    const { stdout } = await story.up(OK);
    assert.match(stdout, /creating: (spooled|running)/);
    assert.equal(await setting.store.s3((await story.keys()).current), "200");
    assert.equal((await story.shown()).openStackName, setting.user(DESCRIPTION)?.open_stack_name);
    const { secretKey, password } = await story.outputs();
    assert.deepEqual([secretKey, password], ["[secret]", "[secret]"]);
  });

  it("rotates with a grace: S3 accepts both keys, and refuses the old one once the grace is ended", async () => {
    const { current: first } = await story.keys();
    await story.setConfig("rotationId", "second");
    await story.up(OK);
    const { current, previous } = await story.keys();
    assert.deepEqual(previous, first);
    assert.deepEqual([await setting.store.s3(current), await setting.store.s3(first)], ["200", "200"]);
    await story.setConfig("gracePeriodSeconds", "0");
    await story.up(OK);
    assert.deepEqual([await setting.store.s3(current), await setting.store.s3(first)], ["200", GONE]);
  });

  it("repairs two drifts of one user, with a password that somebody changed", async () => {
    const user = setting.user(DESCRIPTION);
    assert.ok(user);
    const { current } = await story.keys();
    user.description = "Mallory";
    const key = `/users/${setting.users.keystoneId(user)}/credentials/OS-EC2/${current.accessKey}`;
    await setting.store.ask("DELETE", key);
    await setting.users.change(user, { password: "S0mebody-elses" });
    await story.up({ args: ["--refresh"], expect: 0 });
    assert.equal(user.description, DESCRIPTION);
    await story.up({ args: ["--refresh"], expect: 0 });
    assert.equal(await setting.store.s3((await story.keys()).current), "200");
    await story.preview(NO_DRIFT);
  });

  it("is gone after destroy", async () => {
    const { current } = await story.keys();
    await story.destroy(OK);
    assert.equal(setting.users.users.size, 0);
    assert.equal(await setting.store.s3(current), GONE);
  });
});
