// Ordinary edits of a program that once destroyed users which the program still declared, with exit code 0: each ends with
// every declared user alive, its published key accepted, and a sentence that says the way out, which then works.

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
  readonly args?: readonly string[];
  readonly says: RegExp;
  readonly wayOut: Declared;
}

const list = (uids: readonly string[], more: object = {}): Declared => ({
  users: Object.fromEntries(uids.map((uid, i) => [`user-${i}`, { uid, ...more }])),
});
const one = (resource: Resource, name = "one"): Declared => ({ users: { [name]: resource } });

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
    from: one({ uid: "edit-named" }, "before"),
    to: one({ uid: "edit-named" }, "after"),
    says: EXISTS,
    wayOut: one({ uid: "edit-named", opts: { aliases: [{ name: "before" }] } }, "after"),
  },
  {
    // Another provider is another process: the two tell each other whose the user is.
    what: "a resource gets another name and another provider",
    from: one({ uid: "edit-handed" }, "before"),
    to: one({ uid: "edit-handed", connection: "other" }, "after"),
    says: EXISTS,
    wayOut: one({ uid: "edit-handed", connection: "other", adopt: true }, "after"),
  },
  {
    what: "a resource moves into a component",
    from: one({ uid: "edit-moved" }),
    to: one({ uid: "edit-moved", team: "red" }),
    says: EXISTS,
    wayOut: one({ uid: "edit-moved", team: "red", adopt: true }),
  },
  {
    what: "a resource moves into a fleet",
    from: one({ uid: "edit-joins" }),
    to: { fleet: { one: { uid: "edit-joins", displayName: "edit-joins" } } },
    says: EXISTS,
    wayOut: { fleet: { one: { uid: "edit-joins", displayName: "edit-joins", adopt: true } } },
  },
  {
    what: "a change of an input that replaces",
    from: one({ uid: "edit-replaced", forceDestroy: false }),
    to: one({ uid: "edit-replaced", forceDestroy: true, opts: { replaceOnChanges: ["forceDestroy"] } }),
    says: /has the user already.*deleteBeforeReplace: true.*adopt: true.*change rotationId/,
    wayOut: one({
      uid: "edit-replaced",
      forceDestroy: true,
      adopt: true,
      opts: { replaceOnChanges: ["forceDestroy"] },
    }),
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
  async function withProgram(program: Declared, tell: (story: Story) => Promise<void>): Promise<void> {
    const files = { "index.js": PROGRAM, "program.json": JSON.stringify(program) };
    const story = await openStory({ program: { files }, env: ceph.env });
    try {
      await story.up(OK);
      await tell(story);
    } finally {
      // The users go with their cluster.
      await story.end();
    }
  }

  for (const { what, from, to, args = [], says, wayOut } of EDITS) {
    it(`${what}: nobody is lost, and the way out that is named works`, async () => {
      await withProgram(from, async (story) => {
        const keys = await keysOf(story, from);
        declare(story, to);
        const refused = await story.up({ args });
        assert.notEqual(refused.code, 0, refused.stdout);
        assert.match(refused.stdout, says);
        await assertAlive(to, keys);
        declare(story, wayOut);
        await story.up(OK);
        await assertAlive(wayOut, keys);
        assert.deepEqual(await keysOf(story, wayOut), new Map(uidsOf(wayOut).map((uid) => [uid, keys.get(uid)])));
        await story.preview(NO_CHANGES);
        const gone = uidsOf(from).filter((uid) => !uidsOf(wayOut).includes(uid));
        for (const uid of gone) assert.equal(await ceph.user(uid), undefined, `${uid} is deleted`);
      });
    });
  }

  it("--replace of a user that stays: the user and its key stay, and a line says so", async () => {
    const program = one({ uid: "edit-again" });
    await withProgram(program, async (story) => {
      const keys = await keysOf(story, program);
      const urn = (await story.resources()).one?.urn ?? "";
      const { stdout } = await story.up({ expect: 0, args: ["--replace", urn] });
      assert.match(stdout, /is released, not deleted: the program has another resource for this user/);
      await assertAlive(program, keys);
      await story.preview(NO_CHANGES);
    });
  });

  it("deleteBeforeReplace: the user is made again, with another secret", async () => {
    const program = one({ uid: "edit-anew", opts: { deleteBeforeReplace: true } });
    await withProgram(program, async (story) => {
      const before = await keysOf(story, program);
      const urn = (await story.resources()).one?.urn ?? "";
      await story.up({ expect: 0, args: ["--replace", urn] });
      const after = await keysOf(story, program);
      assert.notDeepEqual(after, before);
      await assertAlive(program, after);
    });
  });

  it("a connection that leads to another cluster changes nothing there, and nothing is called gone or done", async () => {
    const program = one({ uid: "edit-elsewhere" });
    await other.admin("PUT", { uid: "edit-elsewhere", "display-name": "A stranger's" });
    const stranger = await other.user("edit-elsewhere");
    const says = /was made at http.*and the connection is to http.*Correct the connection; or .*pulumi state delete/s;
    await withProgram(program, async (story) => {
      const keys = await keysOf(story, program);
      for (const run of [story.up, story.refresh, story.destroy]) {
        const { code, stdout } = await run({ env: other.env });
        assert.notEqual(code, 0);
        assert.match(stdout, says);
      }
      assert.deepEqual(await other.user("edit-elsewhere"), stranger);
      await assertAlive(program, keys);
      await story.up(OK);
      await story.preview(NO_CHANGES);
    });
    assert.deepEqual(await other.user("edit-elsewhere"), stranger);
  });

  it("two stacks that declare the same user: the second one is refused, and leaves it alone", async () => {
    const program = one({ uid: "edit-twice" });
    await withProgram(program, async (first) => {
      const keys = await keysOf(first, program);
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
      await first.preview(NO_CHANGES);
    });
  });
});
