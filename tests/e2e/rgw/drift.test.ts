// What somebody changes behind Pulumi's back: a preview with refresh names it and fails, the next up puts it right. One
// user for each kind of change, so that each is seen by itself.

import assert from "node:assert/strict";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, describeReleases, sharedClusters } from "./cluster";
import { NO_DRIFT, OK, openStory, type Story, type Users } from "./story";

/** Settings that programs declare. */
const SETTINGS = {
  displayName: "As declared",
  suspended: false,
  maxBuckets: 10,
  caps: ["buckets=read"],
  userQuota: { maxObjects: 10 },
  bucketQuota: { maxObjects: 10 },
};

/** A change: what somebody does, the property that a preview must name, and where what was put right is seen. */
interface Change {
  readonly does: (ceph: Cluster, uid: string) => Promise<unknown>;
  readonly names: RegExp;
}

const CHANGES: Readonly<Record<string, Change>> = {
  displayName: { does: modify({ "display-name": "Mallory" }), names: /displayName/ },
  email: { does: (ceph, uid) => modify({ email: `${uid}@evil.example` })(ceph, uid), names: /email/ },
  suspended: { does: modify({ suspended: "1" }), names: /suspended/ },
  maxBuckets: { does: modify({ "max-buckets": "77" }), names: /maxBuckets/ },
  caps: {
    does: (ceph, uid) => ceph.admin("PUT", { caps: "", uid, "user-caps": "users=*" }),
    names: /caps/,
  },
  userQuota: { does: quota("user"), names: /userQuota/ },
  bucketQuota: { does: quota("bucket"), names: /bucketQuota/ },
  keyRemoved: {
    does: async (ceph, uid) => ceph.admin("DELETE", { key: "", uid, "access-key": await keyOf(ceph, uid) }),
    names: /accessKey/,
  },
  secretReplaced: {
    does: async (ceph, uid) =>
      ceph.admin("PUT", { key: "", uid, "access-key": await keyOf(ceph, uid), "secret-key": "somebody-elses-secret" }),
    names: /secretKey/,
  },
  deleted: { does: (ceph, uid) => ceph.admin("DELETE", { uid }), names: /deleted|create/ },
};

/** What can be changed from Ceph 19 on besides. */
const DISABLED: Readonly<Record<string, Change>> = {
  keyDisabled: {
    does: async (ceph, uid) => {
      const key = { "access-key": await keyOf(ceph, uid), active: "false", "generate-key": "false" };
      await ceph.admin("PUT", { key: "", uid, ...key });
    },
    names: /accessKey/,
  },
};

/** A user for each change; the undeclared ones have nothing but a name. */
function usersFor(changes: typeof CHANGES): Users {
  return Object.fromEntries(
    Object.keys(changes).flatMap((change) => {
      const email = `drift-${change}@example.org`.toLowerCase();
      return [
        [change, { uid: `drift-${change}`, ...SETTINGS, email }],
        [`${change}-undeclared`, { uid: `drift-${change}-undeclared`, displayName: "As declared" }],
      ];
    }),
  );
}

sharedClusters();

describeReleases("drift of rgw.User", function (release) {
  this.timeout(60_000);
  const changes = release < 20 ? CHANGES : { ...CHANGES, ...DISABLED };
  const users = usersFor(changes);
  let ceph: Cluster;
  let story: Story;
  let original: Readonly<Record<string, unknown>>;

  before(async function () {
    await needCeph(this, { cli: true, release });
    ceph = await cluster("one", release);
    story = await openStory({ env: ceph.env });
    story.declare(users);
    await story.up(OK);
    original = await settingsOfAll();
  });
  after(() => story?.end());

  describe("with --refresh", () => {
    let preview = "";

    before(async () => {
      await changeAll();
      const { code, stdout } = await story.preview({ args: ["--refresh", "--expect-no-changes"] });
      assert.notEqual(code, 0);
      preview = stdout;
    });

    for (const name of Object.keys(users)) {
      const { names } = changes[name.replace("-undeclared", "")] as Change;
      it(`is named by a preview that expects no changes: ${name}`, () => {
        const lines = preview.split("\n").filter((line) => new RegExp(`rgw:User ${name} `).test(line));
        assert.match(lines.join("\n"), names);
      });
    }

    it("is repaired by up --refresh, whatever it was", async () => {
      await story.up({ expect: 0, args: ["--refresh"] });
      await assertRepaired();
    });

    it("then is not there any more", async () => {
      ceph.witness.forget();
      await story.preview(NO_DRIFT);
      assert.deepEqual(ceph.witness.writes(), []);
      assert.equal(ceph.witness.passed.length, Object.keys(users).length, "one request for each user");
    });
  });

  describe("with refresh: always in Pulumi.yaml", () => {
    before(async () => {
      story.write({ "Pulumi.yaml": "name: program\nruntime: nodejs\noptions:\n  refresh: always\n" });
      await changeAll();
    });

    it("is seen by a plain preview", async () => {
      const { code, stdout } = await story.preview({ args: ["--expect-no-changes"] });
      assert.notEqual(code, 0);
      assert.match(stdout, /rgw:User displayName .*displayName/);
    });

    it("is repaired by a plain up", async () => {
      await story.up(OK);
      await assertRepaired();
      story.write({ "Pulumi.yaml": "name: program\nruntime: nodejs\n" });
    });
  });

  describe("without refresh", () => {
    it("does not stop up: a user that was deleted is made again with the change that comes", async () => {
      await ceph.admin("DELETE", { uid: "drift-deleted" });
      story.declare({ ...users, deleted: { ...users.deleted, displayName: "Risen" } });
      await story.up(OK);
      assert.equal((await ceph.user("drift-deleted"))?.display_name, "Risen");
      assert.equal(await ceph.s3((await story.credentials("deleted")).current), "200");
      await story.preview(NO_DRIFT);
    });
  });

  async function changeAll(): Promise<void> {
    for (const name of Object.keys(users)) {
      const change = changes[name.replace("-undeclared", "")] as Change;
      await change.does(ceph, `drift-${name}`);
    }
  }

  /** All settings are as they were, and all outputs open S3. */
  async function assertRepaired(): Promise<void> {
    assert.deepEqual(await settingsOfAll(), original);
    const outputs = await story.outputs({ showSecrets: true });
    for (const name of Object.keys(users)) {
      const key = { accessKey: String(outputs[`${name}.accessKey`]), secretKey: String(outputs[`${name}.secretKey`]) };
      assert.equal(await ceph.s3(key), "200", name);
    }
  }

  async function settingsOfAll(): Promise<Readonly<Record<string, unknown>>> {
    const all = Object.keys(users).map(async (name) => {
      const user = await ceph.user(`drift-${name}`);
      assert.ok(user, name);
      // A user that was deleted is made again.
      const { keys, create_date: _, ...settings } = user;
      return [name, { ...settings, keyCount: keys.length }];
    });
    return Object.fromEntries(await Promise.all(all));
  }
});

function modify(query: Readonly<Record<string, string>>): Change["does"] {
  return (ceph, uid) => ceph.admin("POST", { uid, ...query });
}

function quota(type: "user" | "bucket"): Change["does"] {
  return (ceph, uid) => ceph.admin("PUT", { quota: "", uid, "quota-type": type, enabled: "true", "max-objects": "99" });
}

async function keyOf(ceph: Cluster, uid: string): Promise<string> {
  return String((await ceph.user(uid))?.keys[0]?.access_key);
}
