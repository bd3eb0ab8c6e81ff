// The life of a fleet with the real CLI: members are named in previews and errors, one that fails stops no other. Beside it are
// fleets whose members bring secrets of their own, given in every way that a program can give them. Each test goes on where the
// one before it ended; the end searches for secrets once more. A program that loses members, and protected ones:
// tests/provider/fleet-guard.test.ts.

import assert from "node:assert/strict";
import type { Credentials } from "../../../tools/ceph/cluster";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { diagnosticsOf, NO_CHANGES, NO_DRIFT, OK, openStory, type Story, type Users } from "./story";

/** Each fleet with secrets of its own has another one, so that a leak names the way. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { rgw } = require("pulumi-object-users");
const { users, version } = require("./users.json");
exports.credentials = new rgw.Users("teams", { defaults: { gracePeriodSeconds: 3600 }, users }).credentials;

const secretOf = (way) => process.env["SECRET_" + way + version];
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
const SECRETS = Object.fromEntries(
  WAYS.flatMap((way) =>
    [1, 2].map((version) => [`SECRET_${way}${version}`, `own+secret/of=${way.toLowerCase()}~${version}`]),
  ),
);

type ByMember = Readonly<Record<string, Credentials & { readonly previousAccessKey?: string }>>;

const member = (name: string, more: object = {}) => ({ uid: `fleet-${name}`, displayName: name, ...more });
const EMAIL = { email: "green@example.org" };
const rotated = (name: string, more: object = {}) => member(name, { rotationId: "3", ...more });
const team = (yellow: object): Users => ({
  red: rotated("red", { maxBuckets: 5 }),
  blue: rotated("blue"),
  green: rotated("green", EMAIL),
  yellow: member("yellow", yellow),
});
const two: Users = {
  blue: rotated("blue", { maxBuckets: 9 }),
  crimson: rotated("green", EMAIL),
};

sharedClusters();

describe("rgw.Users from up to destroy", function () {
  this.timeout(120_000);
  let ceph: Cluster;
  let story: Story;
  let others: string[];

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
    others = (await ceph.users()).sort();
    const env = { ...ceph.env, ...SECRETS };
    story = await openStory({ env, program: { files: { "index.js": PROGRAM, "users.json": "{}" } } });
  });
  after(() => story?.end());

  const declare = (users: Users, version = 2) => story.write({ "users.json": JSON.stringify({ users, version }) });
  const outputs = () => story.outputs({ showSecrets: true });
  const credentials = async () => (await outputs()).credentials as ByMember;
  const s3 = async () =>
    Object.fromEntries(
      await Promise.all(Object.entries(await credentials()).map(async ([name, key]) => [name, await ceph.s3(key)])),
    );
  /** The users of the fleet that admin requests were about since the witness forgot. */
  const asked = () => new Set(ceph.witness.passed.flatMap(({ target }) => /uid=fleet-(\w+)/.exec(target)?.[1] ?? []));
  /** Fails when a text shows a secret, and names the fleet. */
  const hides = (where: string, text: string) => {
    for (const [name, secret] of Object.entries(SECRETS)) assert.ok(!text.includes(secret), `${where} shows ${name}`);
  };
  it("a preview shows no secret, with what is not known yet, and makes nobody", async () => {
    declare({ red: member("red"), blue: member("blue"), green: member("green", EMAIL) }, 1);
    const { stdout, stderr } = await story.preview({ ...OK, args: ["--diff"] });
    assert.match(stdout, /LATER/);
    hides("the preview", stdout + stderr);
    hides("the preview as JSON", (await story.preview({ ...OK, args: ["--json"] })).stdout);
    assert.deepEqual((await ceph.users()).sort(), others);
  });

  it("makes three users, whose credentials open S3; secrets are encrypted in state, however they were given", async () => {
    const { stdout, stderr } = await story.up(OK);
    hides("the up", stdout + stderr);
    hides("state", JSON.stringify(await story.exportState()));
    assert.deepEqual(await s3(), { red: "200", blue: "200", green: "200" });
    assert.equal((await story.outputs()).credentials, "[secret]");
    const shown = await outputs();
    for (const way of WAYS) {
      assert.equal(shown[way], SECRETS[`SECRET_${way}1`]);
      assert.equal(await ceph.s3({ accessKey: `HUSH${way}`, secretKey: String(shown[way]) }), "200", way);
    }
    ceph.witness.forget();
    await story.up(NO_CHANGES);
    assert.deepEqual(ceph.witness.passed, []);
  });

  it("names in a preview the members that change and their properties, and touches no other; shows no new secret", async () => {
    const before = await credentials();
    const red = member("red", { displayName: "Red" });
    declare({ red, blue: member("blue", { rotationId: "2" }), green: member("green", EMAIL) });
    const { stdout, stderr } = await story.preview({ ...OK, args: ["--diff"] });
    assert.match(stdout, /~ red\s*: \{\s*~ displayName\s*: "red" => "Red"/);
    assert.doesNotMatch(stdout, /~ green\s*:/);
    assert.match(stdout, / users\s*: \[secret\]/);
    hides("the preview", stdout + stderr);
    ceph.witness.forget();
    await story.up(OK);
    hides("state", JSON.stringify(await story.exportState()));
    assert.deepEqual(asked(), new Set(["red", "blue"]));
    assert.equal((await ceph.user("fleet-red"))?.display_name, "Red");
    const after = await credentials();
    assert.equal(after.blue?.previousAccessKey, before.blue?.accessKey);
    assert.deepEqual([after.red, after.green], [before.red, before.green]);
  });

  it("reports by name the member that fails, while the others rotate, each with its own grace", async () => {
    const before = await credentials();
    declare(team(EMAIL));
    const { code, stdout } = await story.up();
    assert.notEqual(code, 0);
    const said = diagnosticsOf(stdout, "teams");
    assert.match(said, /1 of 4 users failed, the others are done\./);
    assert.match(said, /yellow: creating user "fleet-yellow": another user has this e-mail address/);
    assert.equal((await ceph.user("fleet-red"))?.max_buckets, 5);
    for (const name of ["red", "blue", "green"]) {
      assert.equal((await ceph.user(`fleet-${name}`))?.keys.length, name === "blue" ? 3 : 2);
      assert.equal(await ceph.s3(before[name] ?? assert.fail()), "200", "within the grace");
    }
  });

  it("names the member that drifted and its property in preview --refresh; the next up repairs it and goes on", async () => {
    await ceph.admin("POST", { uid: "fleet-blue", "max-buckets": "7" });
    declare(team({}));
    const { code, stdout } = await story.preview({ args: ["--refresh", "--expect-no-changes", "--diff"] });
    assert.notEqual(code, 0);
    assert.match(stdout, /~ blue\s*: \{[^}]*- maxBuckets\s*: 7/);
    assert.doesNotMatch(stdout, /~ (red|green)\s*:/);
    ceph.witness.forget();
    await story.up({ ...OK, args: ["--refresh"] });
    assert.equal((await ceph.user("fleet-blue"))?.max_buckets, 1000);
    assert.ok(ceph.witness.writes().every(({ target }) => /uid=fleet-(blue|yellow)/.test(target)));
    assert.deepEqual(await s3(), { red: "200", blue: "200", green: "200", yellow: "200" });
  });

  it("deletes the user of a member that is removed, unless it owns buckets; the others are done all the same", async () => {
    const { red, green } = await credentials();
    assert.ok(red);
    assert.equal(await ceph.s3(red, "PUT", "/fleet-photos"), "200");
    declare(two);
    const { stdout: preview } = await story.preview(OK);
    assert.match(preview, /rgw\.Users red: user "fleet-red" is deleted: it is not declared any more/);
    assert.match(preview, /rgw\.Users blue: updateUser: maxBuckets is 1000, wanted 9/);
    const { code, stdout } = await story.up();
    assert.notEqual(code, 0);
    const said = diagnosticsOf(stdout, "teams");
    assert.match(said, /red: deleting user "fleet-red": the user owns 1 bucket: fleet-photos/);
    assert.equal((await ceph.user("fleet-blue"))?.max_buckets, 9);
    assert.equal(await ceph.user("fleet-yellow"), undefined);
    // What depends on the fleet waits for a run that goes through; its own state does not.
    assert.deepEqual(Object.keys(await credentials()).sort(), ["blue", "green", "red", "yellow"]);
    assert.equal(await ceph.s3(red, "DELETE", "/fleet-photos"), "204");
    ceph.witness.forget();
    await story.up(OK);
    assert.deepEqual(asked(), new Set(["red"]));
    assert.equal(await ceph.user("fleet-red"), undefined);
    assert.deepEqual(await s3(), { blue: "200", crimson: "200" });
    assert.deepEqual((await credentials()).crimson, green, "a member that gets another name keeps its key");
    await story.preview(NO_DRIFT);
  });

  it("is gone after destroy, with all its users", async () => {
    await story.destroy(OK);
    assert.deepEqual((await ceph.users()).sort(), others);
  });
});
