// Members of fleets that bring secrets of their own, given in every way that a program can give them: state has them
// encrypted, and no preview shows them. The end of the story searches everything that was said and kept once more.

import assert from "node:assert/strict";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { NO_CHANGES, NO_DRIFT, OK, openStory, type Story } from "./story";

/** Each fleet has a secret of its own, so that a leak names the way. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { rgw } = require("pulumi-object-users");
const secretOf = (way) => process.env["SECRET_" + way];
const member = (way, more) => ({ uid: "hush-" + way, displayName: way, accessKey: "HUSH" + way, ...more });
const own = (way) => member(way, { secretKey: secretOf(way) });
// Unknown in the preview that comes before the first up.
const { userId } = new rgw.User("first", { uid: "hush-first", displayName: "First" });
const fleets = {
  PLAIN: { users: { red: own("PLAIN") } },
  USERS: { users: pulumi.output({ red: own("USERS") }) },
  MEMBER: { users: { red: pulumi.output(own("MEMBER")) } },
  DEFAULTS: { defaults: { secretKey: secretOf("DEFAULTS") }, users: { red: member("DEFAULTS") } },
  RESOLVED: { defaults: pulumi.output({ secretKey: secretOf("RESOLVED") }), users: { red: member("RESOLVED") } },
  VALUE: { defaults: { secretKey: secretOf("VALUE") }, users: { red: member("VALUE", { displayName: userId }) } },
  LATER: { users: { red: userId.apply(() => own("LATER")) } },
  BESIDE: { defaults: { secretKey: secretOf("BESIDE") }, users: userId.apply(() => ({ red: member("BESIDE") })) },
};
for (const [way, args] of Object.entries(fleets)) exports[way] = new rgw.Users(way, args).get("red").secretKey;
`;

const WAYS = ["PLAIN", "USERS", "MEMBER", "DEFAULTS", "RESOLVED", "VALUE", "LATER", "BESIDE"];
const secrets = (version: string) =>
  Object.fromEntries(WAYS.map((way) => [`SECRET_${way}`, `own+secret/of=${way.toLowerCase()}~${version}`]));
const FIRST = secrets("first-version");
const SECOND = secrets("second-version");

sharedClusters();

describe("secrets that members of fleets bring themselves", function () {
  this.timeout(120_000);
  let ceph: Cluster;
  let story: Story;

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
    const env = { ...ceph.env, ...FIRST };
    story = await openStory({ program: { files: { "index.js": PROGRAM } }, env });
  });
  after(() => story?.end());

  /** Fails when a text shows a secret, and names the fleet. */
  const hides = (where: string, text: string) => {
    for (const [way, secret] of [FIRST, SECOND].flatMap((version) => Object.entries(version)))
      assert.ok(!text.includes(secret), `${where} shows ${way}`);
  };

  it("are not shown by a preview, with what is not known yet", async () => {
    const { stdout, stderr } = await story.preview({ ...OK, args: ["--diff"] });
    assert.match(stdout, /LATER/);
    hides("the preview", stdout + stderr);
    const { stdout: json } = await story.preview({ ...OK, args: ["--json"] });
    hides("the preview as JSON", json);
  });

  it("are encrypted in state, however they were given, and open S3", async () => {
    const { stdout, stderr } = await story.up(OK);
    hides("the up", stdout + stderr);
    hides("state", JSON.stringify(await story.exportState()));
    const outputs = await story.outputs({ showSecrets: true });
    for (const way of WAYS) {
      assert.equal(outputs[way], FIRST[`SECRET_${way}`]);
      assert.equal(await ceph.s3({ accessKey: `HUSH${way}`, secretKey: String(outputs[way]) }), "200", way);
    }
    await story.up(NO_CHANGES);
    await story.preview(NO_DRIFT);
  });

  it("are not shown when they change", async () => {
    const { stdout, stderr } = await story.preview({ ...OK, env: SECOND, args: ["--diff"] });
    assert.match(stdout, / users\s*: \[secret\]/);
    hides("the preview", stdout + stderr);
    await story.up({ ...OK, env: SECOND });
    hides("state", JSON.stringify(await story.exportState()));
    await story.up({ ...NO_CHANGES, env: SECOND });
  });
});
