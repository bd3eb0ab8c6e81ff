/** Keys of users that are somebody else's: only they are made and revoked, and nothing else of the user is touched. */
import assert from "node:assert/strict";
import { rgw } from "../../provider/backends/rgw";
import { accessKey } from "../../provider/backends/rgw/access-key";
import { openConnection } from "../../provider/connection";
import type { WireRequest } from "../../provider/http/wire";
import { deriveAccessKey } from "../../provider/lifecycle/keys";
import { moveIn } from "../../provider/operator/import";
import { takeInventory } from "../../provider/operator/inventory";
import { overdue, sweepUser } from "../../provider/operator/sweep";
import { IDENTITY } from "../../provider/protocol";
import { type Board, ownBoard } from "../../provider/pulumi/board";
import type { World } from "../../provider/world";
import { Engine, ME } from "../provider/engine";
import type { Adapter } from "./adapter";
import { contract } from "./contract";
import type { RgwSystem } from "./rgw";
import { ofSomebodyElse as adapter } from "./rgw-access-key";
import { openBeside, openStack, type Stack } from "./stack";

const THEIRS = { accessKey: "THEIRS", secretKey: "their-secret" };

contract(adapter);

describe("rgw.AccessKey", () => {
  let stack: Stack<RgwSystem>;
  const keys = (name = "ann") => [...(stack.system.gateway.user(name)?.keys.keys() ?? [])].sort();
  const tally = async (task: () => Promise<unknown>) => {
    stack.system.gateway.requests.reset();
    await task();
    const { "GET info": _i, "GET realm/period": _z, ...tally } = stack.system.gateway.requests.tally();
    return tally;
  };
  /** Another resource of the same program, for which Pulumi has the same process. */
  const another = async (identity = "another", board = ownBoard(), backend: unknown = accessKey) => {
    const opened = (board: Board) => openBeside(stack, backend as Adapter["backend"], { board });
    const engine = new Engine(await opened(board), stack.world, identity);
    return Object.assign(engine, {
      goOn: async (board: Board) => {
        engine.provider = await opened(board);
      },
    });
  };
  /** These resources go on in the next run, in which they know of each other. */
  const inNextRun = async (...engines: Awaited<ReturnType<typeof another>>[]) => {
    const board = ownBoard();
    for (const engine of engines) await engine.goOn(board);
  };
  const world = () => ({ ...stack.world, openTransport: stack.system.openTransport });

  beforeEach(async () => {
    stack = await openStack(adapter);
  });

  it("asks for the user, makes a key and proves it, and asks nothing about the user's settings", async () => {
    assert.deepEqual(await tally(() => stack.up({ rotationId: "1" })), {
      "GET user": 1,
      "POST user": 1,
      "S3 ListBuckets": 1,
    });
    const { secretKey: _, ...outputs } = stack.outputs();
    const id = deriveAccessKey("ann", "1", ME);
    assert.equal(outputs.accessKey, id);
    const known = ["accessKey", "endpoint", "keyId", "keys", "rotationId", "schemaVersion", "userId"];
    assert.deepEqual(
      Object.keys(outputs)
        .filter((name) => !name.startsWith("__") && name !== "declared")
        .sort(),
      known,
    );
    stack.system.meddle("POST user?uid=ann&max-buckets=3&email=ann@example.org");
    await stack.engine.refresh();
    assert.deepEqual(await tally(() => stack.up({ rotationId: "1" })), {});
  });

  it("takes a user with a tenant by its parts or by its id, which are one", async () => {
    stack.system.meddle("PUT user?uid=eve&tenant=red&display-name=Eve");
    await stack.engine.up({ uid: "eve", tenant: "red" });
    assert.equal(stack.outputs().userId, "red$eve");
    assert.equal(await stack.engine.up({ userId: "red$eve" }), "same");
  });

  it("leaves the user and every other key as they are, when it goes in the middle of a grace", async () => {
    await stack.up({ rotationId: "1" });
    await stack.up({ rotationId: "2" });
    assert.equal(keys().length, 3);
    await stack.engine.destroy();
    assert.deepEqual(keys(), ["THEIRS-ann"]);
  });

  it("proves that its keys are refused when it goes", async () => {
    await stack.up();
    stack.asked.length = 0;
    await stack.engine.destroy();
    assert.equal(stack.asked.filter(({ url }) => url.pathname === "/").length, 1);
  });

  it("is one of several on one user, each with keys of its own", async () => {
    const other = await another();
    await stack.up({ rotationId: "1" });
    await other.up({ userId: "ann", rotationId: "1" });
    await stack.up({ rotationId: "2", gracePeriodSeconds: 0 });
    assert.equal(keys().length, 3);
    await other.refresh();
    assert.equal(await other.up({ userId: "ann", rotationId: "1" }), "same");
    await stack.engine.destroy();
    const { accessKey: id, secretKey } = other.stored?.outputs ?? {};
    assert.equal(stack.system.s3({ accessKey: String(id), secretKey: String(secretKey) }), "200");
  });

  it("refuses a user that is not there, and says what to do", async () => {
    const failure = await stack.fails({ userId: "nobody" });
    assert.match(failure, /^making a key of user "nobody": there is no such user.*userId output/);
    assert.equal(stack.engine.stored, undefined);
    await stack.up();
    stack.system.remove("ann");
    assert.match(await stack.fails({ rotationId: "2" }), /there is no such user/);
    await stack.engine.refresh();
    assert.equal(stack.engine.stored, undefined);
  });

  it("of a suspended user is published, as S3 knows it, and a warning says that the user is suspended", async () => {
    stack.system.meddle("POST user?uid=ann&suspended=true");
    await stack.up({ rotationId: "1" });
    assert.equal(await stack.system.s3(stack.key()), "403 UserSuspended");
    const warning = /^warning: rgw.AccessKey ann: user "ann" is suspended: S3 knows key \w+, and refuses every request/;
    assert.deepEqual(
      stack.world.lines.map((line) => warning.test(line)),
      [true],
    );
    stack.system.meddle("POST user?uid=ann&suspended=false");
    assert.equal(await stack.system.s3(stack.key()), "200");
  });

  it("is deleted though the user is gone, or was made anew by somebody else", async () => {
    await stack.up();
    stack.system.remove("ann");
    await stack.engine.destroy();
    await stack.system.ready?.("ann");
    await stack.up();
    stack.system.remove("ann");
    await stack.system.ready?.("ann");
    await stack.up({ rotationId: "2" });
    assert.equal(keys().length, 2, "a user that its owner made anew is given a key again");
    await stack.engine.destroy();
    assert.deepEqual(keys(), ["THEIRS-ann"]);
  });

  it("takes a key of the user that exists only with adopt, and rotates away from it with a grace", async () => {
    stack.system.addKey?.("ann");
    const own = { accessKey: THEIRS.accessKey };
    assert.match(await stack.fails(own), /has this key already, and this resource did not make it.*adopt: true/);
    await stack.up({ ...own, adopt: true });
    assert.deepEqual(stack.key(), THEIRS);
    await stack.up({ rotationId: "1" });
    assert.equal(stack.system.s3(THEIRS), "200");
    stack.world.advance(86_401);
    await stack.up({ rotationId: "1" });
    assert.equal(stack.system.s3(THEIRS), "403 InvalidAccessKeyId");
  });

  it("with a key of the program's own is not another resource's, and stays when one of two goes", async () => {
    const own = { userId: "ann", accessKey: "MINE", secretKey: "my-own-secret" };
    const board = ownBoard();
    const [one, two] = [await another("one", board), await another("two", board)];
    await one.up(own);
    await assert.rejects(two.up(own), /another resource of this program/);
    // The next run has a board of its own; there the second takes the place of the first.
    const next = ownBoard();
    const [former, renamed] = [await another("one", next), await another("two", next)];
    former.stored = one.stored;
    await renamed.up(own);
    await former.destroy();
    assert.equal(stack.system.s3(own), "200");
  });

  it("that is renamed takes its own key along, and no key in its grace is left behind", async () => {
    const own = { userId: "ann", accessKey: "MINE", secretKey: "my-own-secret" };
    const before = await another("one");
    await before.up({ userId: "ann", rotationId: "1" });
    await before.up(own);
    assert.equal(keys().length, 3);
    const board = ownBoard();
    const [former, renamed] = [await another("one", board), await another("two", board)];
    former.stored = before.stored;
    await renamed.up(own);
    await former.destroy();
    assert.deepEqual(keys(), ["MINE", "THEIRS-ann"]);
    assert.equal(stack.system.s3(own), "200");
  });

  it("that is renamed after a run that could not prove its key takes that key up, and makes no other", async () => {
    const inputs = { userId: "ann", rotationId: "1" };
    const lost = await another("one");
    await lost.up(inputs);
    const [mine = ""] = keys();
    const { openTransport } = stack.system;
    let isDown = true;
    const send: World["openTransport"] = (options) => {
      const through = openTransport(options);
      return async (request, ms) =>
        isDown && request.url.pathname === "/" ? { status: 500, headers: {}, body: "" } : through(request, ms);
    };
    const open = async (identity: string) => {
      const beside = { world: stack.world, system: { ...stack.system, openTransport: send } };
      return new Engine(
        await openBeside(beside, accessKey as unknown as Adapter["backend"], { board: ownBoard() }),
        stack.world,
        identity,
      );
    };
    const halfMade = await open("one");
    await assert.rejects(halfMade.up(inputs), /proving key/);
    isDown = false;
    const renamed = await open("two");
    renamed.stored = halfMade.stored;
    await renamed.up(inputs);
    assert.equal(renamed.stored?.outputs.accessKey, mine);
    assert.deepEqual(keys(), [mine, "THEIRS-ann"]);
  });

  for (const isTakenFirst of [true, false])
    it(`gives a key of the program's own to another one, ${isTakenFirst ? "which has it first" : "which takes it later"}, and does not end it with its grace`, async () => {
      const own = { userId: "ann", accessKey: "MINE", secretKey: "my-own-secret", gracePeriodSeconds: 60 };
      const rotated = { userId: "ann", rotationId: "1", gracePeriodSeconds: 60 };
      const [giver, taker] = [await another("giver"), await another("taker")];
      await giver.up(own);
      await taker.up({ ...rotated, gracePeriodSeconds: 3600 });
      await inNextRun(giver, taker);
      const edits = [() => taker.up({ ...own, gracePeriodSeconds: 3600 }), () => giver.up(rotated)];
      for (const edit of isTakenFirst ? edits : edits.toReversed()) await edit();
      stack.world.advance(61);
      await inNextRun(giver, taker);
      if (!isTakenFirst) assert.equal(await taker.up({ ...own, gracePeriodSeconds: 3600 }), "same");
      await giver.up(rotated);
      assert.equal(stack.system.s3(own), "200");
      await inNextRun(giver, taker);
      await giver.destroy();
      assert.equal(stack.system.s3(own), "200");
    });

  it("ends a key of the program's own though another user is to have one of the same id, which waits for that", async () => {
    const own = { userId: "ann", accessKey: "MINE", secretKey: "my-own-secret", gracePeriodSeconds: 60 };
    const rotated = { userId: "ann", rotationId: "1", gracePeriodSeconds: 60 };
    const [giver, taker] = [await another("giver"), await another("taker")];
    await giver.up(own);
    await inNextRun(giver, taker);
    await assert.rejects(taker.up({ ...own, userId: "ann-b" }), /belongs to another user/);
    await giver.up(rotated);
    stack.world.advance(61);
    await inNextRun(giver, taker);
    await giver.up(rotated);
    await taker.up({ ...own, userId: "ann-b" });
    assert.deepEqual([keys().includes("MINE"), keys("ann-b").includes("MINE")], [false, true]);
  });

  it("that goes leaves the key that an rgw.User of the program has by now", async () => {
    const own = { accessKey: "MINE", secretKey: "my-own-secret" };
    const user = await another("user", ownBoard(), rgw);
    await user.up({ uid: "cyn", displayName: "Cyn", rotationId: "1" });
    const going = await another();
    await going.up({ userId: "cyn", ...own });
    await inNextRun(user, going);
    await user.up({ uid: "cyn", displayName: "Cyn", ...own });
    await going.destroy();
    assert.equal(stack.system.s3(own), "200");
  });

  it("keeps its user: an rgw.User that leaves the program is not deleted with the keys of others, not even by force", async () => {
    const user = await another("user", ownBoard(), rgw);
    await user.up({ uid: "cyn", displayName: "Cyn", forceDestroy: true });
    const other = await another();
    await other.up({ userId: "cyn", rotationId: "1" });
    await inNextRun(user, other);
    assert.equal(await other.up({ userId: "cyn", rotationId: "1" }), "same");
    await assert.rejects(user.destroy(), /deleting user "cyn": another resource of this program has a key/);
    assert.equal(stack.system.s3(other.stored?.outputs as { accessKey: string; secretKey: string }), "200");
    await inNextRun(user, other);
    await other.destroy();
    await user.destroy();
    assert.equal(stack.system.gateway.user("cyn"), undefined);
  });

  it("is refused beside exclusiveKeys of its user, whoever is asked first, and its key is not revoked", async () => {
    const cyn = { uid: "cyn", displayName: "Cyn" };
    const exclusive = { ...cyn, exclusiveKeys: true };
    const key = { userId: "cyn", rotationId: "1" };
    const user = await another("user", ownBoard(), rgw);
    await user.up(cyn);
    const other = await another();
    await other.up(key);
    await inNextRun(user, other);
    await other.up(key);
    await assert.rejects(user.up(exclusive), /exclusiveKeys: cannot be true: another resource/);
    await inNextRun(user, other);
    // Without a preview both may be asked about before the user is changed.
    const { id = "", inputs: before = {}, outputs = {} } = user.stored ?? {};
    const { inputs } = await user.provider.check(before, { ...exclusive, [IDENTITY]: "user" });
    await assert.rejects(other.up(key), /userId: is a user that .* manages with exclusiveKeys: true/);
    await user.provider.update(id, outputs, inputs);
    assert.equal(stack.system.s3(other.stored?.outputs as { accessKey: string; secretKey: string }), "200");
  });

  it("of a fleet that a member leaves is said to be revoked, not its user to be deleted", async () => {
    const provider = await openBeside(stack, accessKey as Adapter["backend"], { isFleet: true });
    const engine = new Engine(provider, stack.world);
    await engine.up({ users: { a: { userId: "ann" }, b: { userId: "ann-b" } } });
    await engine.up({ users: { b: { userId: "ann-b" } } });
    const said = stack.world.lines.filter((line) => line.startsWith("rgw.AccessKeys a: "));
    assert.deepEqual(said, ['rgw.AccessKeys a: the key of user "ann" is revoked: it is not declared any more']);
    assert.deepEqual(keys(), ["THEIRS-ann"]);
  });

  it("of a fleet: most of them are not revoked by accident, nor one that is protected, and the refusal speaks of keys", async () => {
    const provider = await openBeside(stack, accessKey as Adapter["backend"], { isFleet: true });
    const engine = new Engine(provider, stack.world);
    const [a, b, c] = [{ userId: "ann" }, { userId: "ann-b" }, { userId: "bystander" }];
    await engine.up({ users: { a, b, c: { ...c, protect: true } } });
    await assert.rejects(engine.up({ users: { a, b } }), /member c would lose its key, and state has protect: true/);
    await engine.up({ users: { a, b, c } });
    await assert.rejects(
      engine.up({ users: {} }),
      /this would revoke the keys of 3 of 3 members: a, b, c.*without revoking their keys, set retainOnDelete/,
    );
    assert.equal(keys().length, 2);
  });

  it("keeps no secret of anybody else's key", async () => {
    await stack.up();
    await stack.engine.refresh();
    assert.doesNotMatch(JSON.stringify(stack.engine.stored), /their-secret/);
  });

  it("that is made anew before its former self goes keeps its key, in this run or in the next", async () => {
    const inputs = { userId: "ann", rotationId: "2" };
    for (const isKilled of [false, true]) {
      const former = await another("itself");
      await former.up({ ...inputs, rotationId: "1" });
      await former.up(inputs);
      const board = ownBoard();
      const renewed = await another("itself", board);
      await renewed.up(inputs);
      const key = renewed.stored?.outputs as { accessKey: string; secretKey: string };
      const next = isKilled ? ownBoard() : board;
      const [kept, going] = [await another("itself", next), await another("itself", next)];
      [kept.stored, going.stored] = [renewed.stored, former.stored];
      assert.equal(await kept.up(inputs), "same");
      await going.destroy();
      assert.equal(stack.system.s3(key), "200");
      assert.equal(keys().length, 2, "the former key went with the former self");
      const last = await another("itself");
      last.stored = kept.stored;
      await last.destroy();
      assert.equal(keys().length, 1);
    }
  });

  it("makes another user's key when the program says so, and revokes the former one's", async () => {
    await stack.up();
    assert.equal(await stack.engine.up({ userId: "ann-b" }), "replaced");
    assert.deepEqual([keys().length, keys("ann-b").length], [1, 2]);
  });

  it("with an own secret alone has a derived id, rotates with it, and leaves the user's other keys their secrets", async () => {
    const first = await stack.up({ rotationId: "1", secretKey: "own-one", gracePeriodSeconds: 60 });
    assert.deepEqual([first.accessKey, first.secretKey], [deriveAccessKey("ann", "1", ME), "own-one"]);
    const says = await stack.fails({ rotationId: "2", secretKey: "own-one", gracePeriodSeconds: 60 });
    assert.match(says, /secretKey is that of the current key/);
    await stack.up({ rotationId: "2", secretKey: "own-two", gracePeriodSeconds: 60 });
    assert.deepEqual([stack.previous().secretKey, stack.key().secretKey], ["own-one", "own-two"]);
    assert.equal(await stack.system.s3({ accessKey: "THEIRS-ann", secretKey: "their-secret" }), "200");
    stack.assertNoLeak(["own-one", "own-two"]);
  });

  it("refuses what makes no sense, before it asks anything", async () => {
    for (const [inputs, reason] of [
      [{ uid: "ann" }, /uid: cannot be given beside userId/],
      [{ adopt: true }, /adopt: needs accessKey beside it/],
      [{ accessKey: "A", rotationId: "1" }, /rotationId: is of no use beside an accessKey/],
      [{ userId: "ann:swift" }, /use rgw.Subuser/],
      [{ exclusiveKeys: true }, /exclusiveKeys: is not an input/],
    ] as const)
      assert.match(await stack.fails(inputs), reason);
    assert.match((await stack.tries({ userId: undefined })) ?? "", /userId: is required, or uid/);
    assert.deepEqual(stack.asked, []);
  });

  it("is in the inventory of a stack, and sweep ends what is over of it, and nothing else", async () => {
    await stack.up({ rotationId: "1", gracePeriodSeconds: 60 });
    const old = stack.key();
    await stack.up({ rotationId: "2", gracePeriodSeconds: 60 });
    stack.world.advance(61);
    for (const type of ["pulumi-nodejs:dynamic/object-users/rgw:AccessKey", "object-users:rgw:AccessKey"]) {
      const urn = `urn:pulumi:prod::program::${type}::backup`;
      const resources = [{ urn, type, id: "ann", inputs: {}, outputs: stack.outputs(), provider: "p::1" }];
      const { users, unreadable } = takeInventory({ deployment: { resources } });
      assert.deepEqual(
        [unreadable, users.map(({ backend, name }) => [backend.kind, name])],
        [[], [["rgw.accessKey", "ann"]]],
      );
    }
    const urn = "urn:pulumi:prod::program::object-users:rgw:AccessKey::backup";
    const resource = { urn, type: "object-users:rgw:AccessKey", id: "ann", outputs: stack.outputs(), provider: "p::1" };
    const [user] = takeInventory({ deployment: { resources: [resource] } }).users;
    assert.ok(user);
    const over = overdue(user, stack.world.now());
    assert.deepEqual(
      over.map(({ accessKey: id }) => id),
      [old.accessKey],
    );
    const opened = openConnection(
      accessKey as Adapter["backend"],
      { get: (key) => stack.system.config[key] },
      world(),
      () => {},
    );
    const told: string[] = [];
    const how = { dryRun: false, objection: async () => undefined };
    await sweepUser(user, over, opened, how, ({ outcome, isProven }) => told.push(`${outcome} ${isProven}`));
    assert.deepEqual(told, ["revoked true"]);
    assert.deepEqual(keys(), [stack.key().accessKey, "THEIRS-ann"].sort());
  });

  it("is not made anew by an import while S3 refuses it", async () => {
    const id = deriveAccessKey("ann", "");
    stack.system.meddle(`PUT user?key&uid=ann&access-key=${id}&secret-key=held-secret`);
    const isAsked = ({ headers }: WireRequest) => JSON.stringify(headers).includes(id);
    const body = "<Error><Code>InvalidAccessKeyId</Code></Error>";
    const send: World["openTransport"] = (options) => {
      const through = stack.system.openTransport(options);
      return async (request, ms) => (isAsked(request) ? { status: 403, headers: {}, body } : through(request, ms));
    };
    const config = { get: (key: string) => stack.system.config[key] };
    const opened = openConnection(rgw as Adapter["backend"], config, { ...world(), openTransport: send }, () => {});
    stack.system.meddle("DELETE user?key&uid=ann&access-key=THEIRS-ann");
    const user = { name: "ann", inputs: { uid: "ann" } };
    await assert.rejects(
      moveIn(rgw as Adapter["backend"], user, opened, { declare: "required" }),
      /S3 refuses the key/,
    );
    assert.equal(stack.system.s3({ accessKey: id, secretKey: "held-secret" }), "200");
  });

  it("comes into a stack by the key's id", async () => {
    stack.system.addKey?.("ann");
    const opened = openConnection(
      accessKey as Adapter["backend"],
      { get: (key) => stack.system.config[key] },
      world(),
      () => {},
    );
    const inputs = { userId: "ann", accessKey: THEIRS.accessKey };
    const { known, left } = await moveIn(accessKey as Adapter["backend"], { name: "ann", inputs }, opened, {
      declare: "required",
    });
    assert.deepEqual([known.keys.map(({ id }) => id), left], [[THEIRS.accessKey], []]);
    assert.equal(known.published?.secretKey, THEIRS.secretKey);
  });
});
