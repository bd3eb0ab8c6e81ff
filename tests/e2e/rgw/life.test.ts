// The life of users from `pulumi up` to `pulumi destroy`: made, unchanged, changed in place, replaced, rotated with a grace,
// repaired after drift, deleted. One stack has all of them; each test goes on where the one before it ended.

import assert from "node:assert/strict";
import type { Credentials } from "../../../tools/ceph/cluster";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, describeReleases, sharedClusters } from "./cluster";
import { NO_CHANGES, NO_DRIFT, OK, openStory, type Story, until } from "./story";
import { CHANGES, changeOf, DRIFTING, OWN_SECRETS, ROTATING, settingsOf, UNLIMITED, WISHES } from "./wishes";

const GONE = "403 InvalidAccessKeyId";
const HOUR_MS = 3_600_000;

sharedClusters();

describeReleases("rgw.User from up to destroy", function (release) {
  this.timeout(180_000);
  let ceph: Cluster;
  let story: Story;
  let others: string[];
  /** The rotating users' credentials after the first up. */
  const first: Record<string, Credentials> = {};
  const old = (name: string) => first[name] ?? assert.fail(name);
  const current = async (name: string) => (await story.credentials(name)).current;
  const opens = async (name: string) => ceph.s3(await current(name));

  before(async function () {
    await needCeph(this, { cli: true, release });
    ceph = await cluster("one", release);
    others = await ceph.users();
    story = await openStory({ env: { ...ceph.env, ...OWN_SECRETS } });
  });
  after(() => story?.end());

  it("is previewed without being made", async () => {
    story.declare(WISHES.first);
    const { stdout } = await story.preview(OK);
    assert.match(stdout, /rgw:User alice create/);
    assert.equal(await ceph.user("alice"), undefined);
  });

  describe("after the first up", () => {
    before(async () => {
      await story.up(OK);
      for (const name of ROTATING) first[name] = await current(name);
    });

    it("has every setting, and its outputs open S3", async () => {
      assert.equal(await opens("alice"), "200");
      assert.equal((await story.user("alice")).endpoint, ceph.witness.endpoint);
      assert.deepEqual(settingsOf(await ceph.user("rich")), {
        settings: ["Rich", "rich@example.org", 7, "read, write", 0],
        caps: ["buckets=read", "users=*"],
        user: { enabled: true, max_size: 1_000_000, max_objects: 10 },
        bucket: { enabled: true, max_size: -1, max_objects: 5 },
      });
    });

    it("keeps secrets encrypted in state and masked in outputs", async () => {
      assert.equal((await story.outputs())["alice.secretKey"], "[secret]");
      const exported = JSON.stringify(await story.exportState());
      assert.ok(exported.includes("ciphertext"));
      for (const { secretKey } of [await current("alice"), await current("chosen")])
        assert.ok(!exported.includes(secretKey));
    });

    it("has its tenant in its name, which may have any character", async () => {
      assert.equal((await story.user("bob")).userId, "team$bob");
      assert.equal((await story.resources()).bob?.id, "team$bob");
      assert.equal((await ceph.user("team$bob"))?.keys.length, 1);
      assert.equal((await ceph.user("o'dd (ü) *@/ &=+?!%"))?.display_name, 'Odd "name" <ü>');
      assert.deepEqual([await opens("bob"), await opens("odd")], ["200", "200"]);
    });

    it("has no key with createKey: false", async () => {
      assert.deepEqual((await ceph.user("keyless"))?.keys, []);
      assert.equal((await story.user("keyless")).accessKey, undefined);
    });

    it("has the key that the caller gives; a secret that is not given is made by the gateway", async () => {
      assert.deepEqual(await current("chosen"), { accessKey: "CHOSENKEY1", secretKey: OWN_SECRETS.OWN_SECRET_1 });
      assert.equal((await current("named")).accessKey, "CHOSENKEY1N");
      assert.deepEqual([await opens("chosen"), await opens("named")], ["200", "200"]);
    });

    it("is left alone while nothing changes: not one request", async () => {
      ceph.witness.forget();
      const { stdout } = await story.up(NO_CHANGES);
      assert.match(stdout, new RegExp(`Resources:\\n {4}${Object.keys(WISHES.first).length + 1} unchanged`));
      assert.deepEqual(ceph.witness.passed, []);
    });

    it("announces a rotation, with its reason and the time that the old key has left, and what ends immediately", async () => {
      story.declare(WISHES.changed);
      const { stdout } = await story.preview(OK);
      assert.match(stdout, /rgw:User steady update \[diff: ~rotationId\]/);
      assert.match(stdout, /steady: issueKey: rotationId changed from "1" to "2"/);
      assert.match(stdout, new RegExp(`key ${old("steady").accessKey} lives on for 86400 s`));
      assert.match(stdout, /chosen: issueKey: the secret of CHOSENKEY1 is replaced .* its old secret ends immediately/);
    });
  });

  describe("after changes", () => {
    const deadline: Record<string, string> = {};

    before(async () => {
      const { stdout } = await story.up(OK);
      assert.match(stdout, /3 replaced/);
      for (const name of ["longer", "shorter"]) deadline[name] = await deadlineOf(name);
    });

    it("is changed in place, whatever changes", async () => {
      assert.deepEqual(settingsOf(await ceph.user("rich")), {
        settings: ["Richer", "richer@example.org", -1, "read", 1],
        caps: ["buckets=*", "usage=read"],
        user: { enabled: true, max_size: 2_000_000, max_objects: -1 },
        bucket: { enabled: false, max_size: -1, max_objects: 5 },
      });
      assert.equal(await opens("rich"), "403 UserSuspended");
    });

    for (const [name, former, replacement] of [
      ["renamed", "before", "after"],
      ["carrier", "carrier", "carrier-renamed"],
      ["moved", "old$moved", "new$moved"],
    ] as const)
      it(`is replaced with another uid or tenant, even where an e-mail or a key has to be free first: ${name}`, async () => {
        assert.equal(await ceph.user(former), undefined);
        assert.equal((await story.user(name)).userId, replacement);
        assert.equal(await opens(name), "200");
      });

    it("gets its first key when createKey: false is taken back", async () =>
      assert.equal(await opens("keyless"), "200"));

    it("publishes a new key and keeps the old one: S3 accepts both", async () => {
      const { current, previous } = await story.credentials("steady");
      assert.notEqual(current.accessKey, old("steady").accessKey);
      assert.deepEqual(previous, old("steady"));
      assert.deepEqual([await ceph.s3(current), await ceph.s3(previous)], ["200", "200"]);
      const graceMs = Date.parse(await deadlineOf("steady")) - Date.now();
      assert.ok(graceMs > 23.9 * HOUR_MS && graceMs <= 24 * HOUR_MS, `a grace of a day, not of ${graceMs} ms`);
      const rotations = (await story.user("steady")).keys.map(({ rotationId }) => rotationId);
      assert.deepEqual(rotations, ["1", "2"]);
    });

    it("revokes immediately with gracePeriodSeconds: 0, and where a secret is replaced in place", async () => {
      assert.deepEqual([await opens("instant"), await ceph.s3(old("instant"))], ["200", GONE]);
      assert.equal((await story.user("instant")).previousAccessKey, undefined);
      assert.equal(await opens("chosen"), "200");
      const replaced = { accessKey: "CHOSENKEY1", secretKey: OWN_SECRETS.OWN_SECRET_1 };
      assert.equal(await ceph.s3(replaced), "403 SignatureDoesNotMatch");
    });

    it("does not flap: the same settings in other words change nothing", async () => {
      story.declare(WISHES.saidOtherwise);
      ceph.witness.forget();
      await story.preview(NO_CHANGES);
      assert.deepEqual(ceph.witness.passed, []);
    });

    it("is not deleted while it owns buckets, which are listed; the others change all the same", async () => {
      const key = await current("owner");
      for (const bucket of ["photos", "backups"]) assert.equal(await ceph.s3(key, "PUT", `/${bucket}`), "200");
      await makeKey("own-named");
      story.declare(WISHES.ownerless);
      const { code, stdout } = await story.up();
      assert.notEqual(code, 0);
      assert.match(stdout, /deleting user "owner": the user owns 2 buckets: (backups, photos|photos, backups)/);
      assert.match(stdout, /forceDestroy: true/);
      assert.equal(await ceph.s3(key, "HEAD", "/photos"), "200");
    });

    it("goes back to the old key when its rotationId comes back", async () => {
      const { current, previous } = await story.credentials("rollback");
      assert.deepEqual(current, old("rollback"));
      assert.notEqual(previous.accessKey, current.accessKey);
      assert.deepEqual([await ceph.s3(current), await ceph.s3(previous)], ["200", "200"]);
    });

    it("moves the deadline with gracePeriodSeconds, both ways, and to now", async () => {
      const movedMs = async (name: string) => Date.parse(await deadlineOf(name)) - Date.parse(deadline[name] ?? "");
      assert.deepEqual([await movedMs("longer"), await movedMs("shorter")], [24 * HOUR_MS, -23 * HOUR_MS]);
      assert.equal(await ceph.s3(old("shorter")), "200");
      assert.deepEqual([await opens("now"), await ceph.s3(old("now"))], ["200", GONE]);
      assert.equal((await story.user("now")).previousAccessKey, undefined);
    });

    it("exchanges a key of the caller's own with a grace like any other; somebody else's key stays", async () => {
      const { current, previous } = await story.credentials("chosen");
      assert.deepEqual([current.accessKey, previous.accessKey], ["CHOSENKEY2", "CHOSENKEY1"]);
      assert.deepEqual([await ceph.s3(current), await ceph.s3(previous)], ["200", "200"]);
      assert.equal(await ceph.s3(await keyOfOthers("own-named")), "200");
    });
  });

  describe("after drift, and after a grace", () => {
    let original: Readonly<Record<string, unknown>>;
    let foreign: Credentials;
    let brief: { current: Credentials; previous: Credentials };
    let preview = "";

    before(async () => {
      // A slow machine may have been late enough for the first of its old keys to be revoked already.
      for (const { expiresAt } of (await story.user("brief")).keys) if (expiresAt) await until(expiresAt);
      await makeKey("own-shared");
      foreign = await keyOfOthers("own-shared");
      [original, brief] = [await driftingUsers(), await story.credentials("brief")];
      for (const name of Object.keys(DRIFTING)) await changeOf(name).does(ceph, `drift-${name}`);
      story.declare(WISHES.plain);
      const { code, stdout } = await story.preview({ args: ["--refresh", "--expect-no-changes"] });
      assert.notEqual(code, 0);
      preview = stdout;
    });

    for (const name of Object.keys(DRIFTING))
      it(`is named by a preview that expects no changes: ${name}`, () => {
        const lines = preview.split("\n").filter((line) => new RegExp(`rgw:User ${name} `).test(line));
        assert.match(lines.join("\n"), changeOf(name).names);
      });

    it("keys of others are drift with exclusiveKeys", () => {
      assert.match(preview, /shared: revokeKey: key KEYINOWNSHARED is not of this resource/);
    });

    it("keeps the old key until somebody runs Pulumi, and preview says that it ends", async () => {
      assert.equal(await ceph.s3(brief.previous), "200");
      assert.match(preview, /rgw:User brief update/);
      assert.match(preview, new RegExp(`brief: revokeKey: grace of key ${brief.previous.accessKey} ended \\d{4}-`));
    });

    it("is repaired by a plain up with refresh: always in Pulumi.yaml, whatever it was", async () => {
      story.write({ "Pulumi.yaml": "name: program\nruntime: nodejs\noptions:\n  refresh: always\n" });
      await story.up(OK);
      assert.deepEqual(await driftingUsers(), original);
      for (const name of Object.keys(DRIFTING)) assert.equal(await opens(name), "200", name);
    });

    it("revoked the key whose grace was over, and the one that was somebody else's; the outputs forget it", async () => {
      assert.deepEqual([await ceph.s3(brief.current), await ceph.s3(brief.previous)], ["200", GONE]);
      assert.deepEqual(
        [await ceph.s3(old("brief")), await ceph.s3(foreign), await opens("shared")],
        [GONE, GONE, "200"],
      );
      const { previousAccessKey, previousKeyExpiresAt, keys } = await story.user("brief");
      assert.deepEqual([previousAccessKey, previousKeyExpiresAt], [undefined, undefined]);
      assert.deepEqual(
        keys.map(({ accessKey }) => accessKey),
        [brief.current.accessKey],
      );
      assert.equal((await ceph.user("rotation-brief"))?.keys.length, 1);
    });

    it("goes back to the defaults where settings are taken out, and an e-mail is cleared", async () => {
      assert.deepEqual(settingsOf(await ceph.user("rich")), {
        settings: ["Plain again", "", 1000, "read, write, delete", 0],
        caps: [],
        user: UNLIMITED,
        bucket: UNLIMITED,
      });
    });

    it("then has nothing left to do: one request for each user that had drifted", async () => {
      ceph.witness.forget();
      await story.preview(NO_DRIFT);
      assert.deepEqual(ceph.witness.writes(), []);
      const drifted = ceph.witness.passed.filter(({ target }) => target.includes("uid=drift-"));
      assert.equal(drifted.length, Object.keys(DRIFTING).length);
    });

    it("does not stop an up without refresh: a user that was deleted is made again with the change that comes", async () => {
      story.write({ "Pulumi.yaml": "name: program\nruntime: nodejs\n" });
      await CHANGES.deleted?.does(ceph, "drift-deleted");
      story.declare({ ...WISHES.plain, deleted: { ...DRIFTING.deleted, displayName: "Risen" } });
      await story.up(OK);
      assert.equal((await ceph.user("drift-deleted"))?.display_name, "Risen");
      assert.equal(await opens("deleted"), "200");
    });

    it("is gone after destroy, with its buckets where forceDestroy was set; nothing else is", async () => {
      await story.destroy(OK);
      assert.deepEqual(await ceph.users(), others);
    });
  });

  async function deadlineOf(name: string): Promise<string> {
    return String((await story.user(name)).previousKeyExpiresAt);
  }

  /** Gives a user one more key, past Pulumi. */
  const makeKey = (uid: string) => ceph.admin("PUT", { key: "", uid, "access-key": idOf(uid), "generate-key": "true" });
  const idOf = (uid: string) => `KEYIN${uid.replace("-", "").toUpperCase()}`;
  async function keyOfOthers(uid: string): Promise<Credentials> {
    const key = (await ceph.user(uid))?.keys.find(({ access_key }) => access_key === idOf(uid));
    return { accessKey: idOf(uid), secretKey: String(key?.secret_key) };
  }

  async function driftingUsers(): Promise<Readonly<Record<string, unknown>>> {
    const all = Object.keys(DRIFTING).map(async (name) => {
      // A user that was deleted is made again.
      const { keys, create_date: _, ...settings } = (await ceph.user(`drift-${name}`)) ?? assert.fail(name);
      return [name, { ...settings, keyCount: keys.length }];
    });
    return Object.fromEntries(await Promise.all(all));
  }
});
