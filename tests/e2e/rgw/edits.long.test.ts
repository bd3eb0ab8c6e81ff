// Ordinary edits of a program that once destroyed users which the program still declared, with exit code 0: each ends with
// every declared user alive, its published key accepted, and a sentence that says the way out; then all ways out are gone.

import assert from "node:assert/strict";
import type { Credentials } from "../../../tools/ceph/cluster";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { NO_CHANGES, OK, openStory, type Story } from "./story";

const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { rgw } = require("pulumi-object-users");
const { users = {}, fleet } = require("./program.json");
class Team extends pulumi.ComponentResource {
  constructor(name) {
    super("test:index:Team", name);
  }
}
const show = (uid, { accessKey, secretKey }) => {
  exports[uid + ".accessKey"] = accessKey;
  exports[uid + ".secretKey"] = secretKey;
};
for (const [name, { team, connection, opts, ...args }] of Object.entries(users)) {
  const parent = team && new Team(team);
  const provider = connection && new rgw.Provider(connection, { endpoint: process.env.RADOSGW_ENDPOINT });
  show(args.uid, new rgw.User(name, { displayName: args.uid, ...args }, { ...opts, parent, provider }));
}
if (fleet) {
  const teams = new rgw.Users("teams", { users: fleet });
  for (const [name, { uid }] of Object.entries(fleet)) show(uid, teams.get(name));
}
`;

/** A resource: inputs of its user, and options. */
type Resource = Readonly<Record<string, unknown>> & { readonly uid: string };

/** What a program declares. */
interface Declared {
  readonly users?: Readonly<Record<string, Resource>>;
  readonly fleet?: Readonly<Record<string, Resource>>;
}

/** An edit that cannot be carried out as it is, what is said of it, and how it is carried out. */
interface Edit {
  readonly what: string;
  readonly from: Declared;
  readonly to: Declared;
  readonly says: RegExp;
  readonly wayOut: Declared;
}

const list = (uids: readonly string[], more: object = {}): Declared => ({
  users: Object.fromEntries(uids.map((uid, i) => [`user-${i}`, { uid, ...more }])),
});
const one = (resource: Resource, name = "one"): Declared => ({ users: { [name]: resource } });

/** Programs beside each other; their resources have different names. */
const merged = (programs: readonly Declared[]): Declared => ({
  users: Object.assign({}, ...programs.map(({ users }) => users)),
  ...Object.assign({}, ...programs.map(({ fleet }) => fleet && { fleet })),
});

const EXISTS = /exists already and was not made by this resource.*adopt: true.*aliases: \[\{ name: /;

const EDITS: readonly Edit[] = [
  {
    what: "a list loses its first element",
    from: list(["edit-a", "edit-b", "edit-c", "edit-d"]),
    to: list(["edit-b", "edit-c", "edit-d"]),
    says: EXISTS,
    wayOut: list(["edit-b", "edit-c", "edit-d"], { adopt: true }),
  },
  {
    what: "a resource gets another name",
    from: one({ uid: "edit-named" }, "named"),
    to: one({ uid: "edit-named" }, "renamed"),
    says: EXISTS,
    wayOut: one({ uid: "edit-named", opts: { aliases: [{ name: "named" }] } }, "renamed"),
  },
  {
    // Another provider is another process: the two tell each other whose the user is.
    what: "a resource gets another name and another provider",
    from: one({ uid: "edit-handed" }, "given"),
    to: one({ uid: "edit-handed", connection: "other" }, "handed"),
    says: EXISTS,
    wayOut: one({ uid: "edit-handed", connection: "other", adopt: true }, "handed"),
  },
  {
    what: "a resource moves into a component",
    from: one({ uid: "edit-moved" }, "moved"),
    to: one({ uid: "edit-moved", team: "red" }, "moved"),
    says: EXISTS,
    wayOut: one({ uid: "edit-moved", team: "red", adopt: true }, "moved"),
  },
  {
    what: "a resource moves into a fleet",
    from: one({ uid: "edit-joins" }, "joins"),
    to: { fleet: { one: { uid: "edit-joins", displayName: "edit-joins" } } },
    says: EXISTS,
    wayOut: { fleet: { one: { uid: "edit-joins", displayName: "edit-joins", adopt: true } } },
  },
  {
    what: "a change of an input that replaces",
    from: one({ uid: "edit-replaced", forceDestroy: false }, "replaced"),
    to: one({ uid: "edit-replaced", forceDestroy: true, opts: { replaceOnChanges: ["forceDestroy"] } }, "replaced"),
    says: /has the user already.*deleteBeforeReplace: true.*adopt: true.*change rotationId/,
    wayOut: one(
      { uid: "edit-replaced", forceDestroy: true, adopt: true, opts: { replaceOnChanges: ["forceDestroy"] } },
      "replaced",
    ),
  },
];

sharedClusters();

describe("edits of a program", function () {
  this.timeout(120_000);
  let ceph: Cluster;
  let other: Cluster;

  before(async function () {
    await needCeph(this, { cli: true });
    [ceph, other] = await Promise.all([cluster("one"), cluster("two")]);
  });

  const uidsOf = ({ users = {}, fleet = {} }: Declared) =>
    [...Object.values(users), ...Object.values(fleet)].map(({ uid }) => uid);
  const declare = (story: Story, program: Declared) => story.write({ "program.json": JSON.stringify(program) });
  const keysOf = async (story: Story, program: Declared): Promise<Map<string, Credentials>> => {
    const outputs = await story.outputs({ showSecrets: true });
    const keyOf = (uid: string) => ({
      accessKey: String(outputs[`${uid}.accessKey`]),
      secretKey: String(outputs[`${uid}.secretKey`]),
    });
    return new Map(uidsOf(program).map((uid) => [uid, keyOf(uid)]));
  };
  async function assertAlive(program: Declared, keys: ReadonlyMap<string, Credentials>): Promise<void> {
    for (const uid of uidsOf(program)) {
      const key = keys.get(uid);
      assert.ok(key, uid);
      assert.equal(await ceph.s3(key), "200", `the published key of ${uid}`);
    }
  }
  async function openProgram(program: Declared): Promise<Story> {
    const files = { "index.js": PROGRAM, "program.json": JSON.stringify(program) };
    const story = await openStory({ program: { files }, env: ceph.env });
    await story.up(OK);
    return story;
  }

  describe("one after the other in a program", () => {
    let story: Story;
    let keys: ReadonlyMap<string, Credentials>;
    /** What is declared before an edit: what the others have is untouched by it. */
    const origin = merged(EDITS.map(({ from }) => from));

    before(async () => {
      story = await openProgram(origin);
      keys = await keysOf(story, origin);
    });
    after(() => story?.end());

    for (const [place, { what, to, says }] of EDITS.entries()) {
      it(`${what}: refused in a sentence, and nobody is lost`, async () => {
        const program = merged(EDITS.map((edit, other) => (other === place ? to : edit.from)));
        declare(story, program);
        const refused = await story.up();
        assert.notEqual(refused.code, 0, refused.stdout);
        assert.match(refused.stdout, says);
        await assertAlive(origin, keys);
      });
    }

    it("all of them the way that is named: every user has the key that it had", async () => {
      const program = merged(EDITS.map(({ wayOut }) => wayOut));
      declare(story, program);
      await story.up(OK);
      await assertAlive(program, keys);
      assert.deepEqual(await keysOf(story, program), new Map(uidsOf(program).map((uid) => [uid, keys.get(uid)])));
      await story.preview(NO_CHANGES);
      const gone = uidsOf(origin).filter((uid) => !uidsOf(program).includes(uid));
      assert.deepEqual(gone, ["edit-a"]);
      for (const uid of gone) assert.equal(await ceph.user(uid), undefined, `${uid} is deleted`);
    });
  });

  describe("one program, by Pulumi's own options", () => {
    let story: Story;
    let keys: ReadonlyMap<string, Credentials>;
    const program: Declared = {
      users: { again: { uid: "edit-again" }, anew: { uid: "edit-anew", opts: { deleteBeforeReplace: true } } },
    };

    before(async () => {
      story = await openProgram(program);
      keys = await keysOf(story, program);
    });
    // The users go with their cluster.
    after(() => story?.end());

    it("--replace: a user that stays keeps its key, and a line says so; deleteBeforeReplace makes another secret", async () => {
      const { again, anew } = await story.resources();
      const args = [again, anew].flatMap((resource) => ["--replace", resource?.urn ?? ""]);
      const { stdout } = await story.up({ expect: 0, args });
      assert.match(stdout, /is released, not deleted: the program has another resource for this user/);
      const now = await keysOf(story, program);
      assert.deepEqual(now.get("edit-again"), keys.get("edit-again"));
      assert.notDeepEqual(now.get("edit-anew"), keys.get("edit-anew"));
      keys = now;
      await assertAlive(program, keys);
      await story.preview(NO_CHANGES);
    });

    it("a connection that leads to another cluster changes nothing there, and nothing is called gone or done", async () => {
      for (const uid of uidsOf(program)) await other.admin("PUT", { uid, "display-name": "A stranger's" });
      const strangers = () => Promise.all(uidsOf(program).map((uid) => other.user(uid)));
      const before = await strangers();
      const says = /was made at http.*and the connection is to http.*Correct the connection; or .*pulumi state delete/s;
      for (const run of [story.up, story.refresh, story.destroy]) {
        const { code, stdout } = await run({ env: other.env });
        assert.notEqual(code, 0);
        assert.match(stdout, says);
      }
      assert.deepEqual(await strangers(), before);
      await assertAlive(program, keys);
      await story.up(OK);
      await story.preview(NO_CHANGES);
      assert.deepEqual(await strangers(), before);
    });

    it("two stacks that declare the same user: the second one is refused, and leaves it alone", async () => {
      const files = { "index.js": PROGRAM, "program.json": JSON.stringify(program) };
      const second = await openStory({ program: { files }, env: ceph.env, stack: "second" });
      try {
        const { code, stdout } = await second.up();
        assert.notEqual(code, 0);
        assert.match(stdout, EXISTS);
        await second.destroy(OK);
      } finally {
        await second.end();
      }
      await assertAlive(program, keys);
      await story.preview(NO_CHANGES);
    });
  });
});
