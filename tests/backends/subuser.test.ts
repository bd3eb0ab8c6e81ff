/** What only rgw.Subuser does, and the contract that it keeps with keys of both types. */
import assert from "node:assert/strict";
import { subuser } from "../../provider/backends/rgw/subuser";
import { openConnection } from "../../provider/connection";
import { deriveAccessKey } from "../../provider/lifecycle/keys";
import { moveIn } from "../../provider/operator/import";
import { inputsOfId } from "../../provider/packaged/import";
import type { Inputs } from "../../provider/pulumi/state";
import { ME } from "../provider/engine";
import type { Adapter } from "./adapter";
import { contract } from "./contract";
import type { RgwSystem } from "./rgw";
import { assertOwnerUntouched, OWNER, withKeys } from "./rgw-subuser";
import { openStack, type Stack } from "./stack";

const backend = subuser as Adapter["backend"];

for (const keyType of ["s3", "swift"] as const) contract(withKeys(keyType));

/** A stack with the subuser "own:ann", and what its tests ask again and again. */
async function open(keyType: "s3" | "swift") {
  const stack: Stack<RgwSystem> = await openStack(withKeys(keyType));
  const { gateway, meddle } = stack.system;
  return Object.assign(stack, {
    gateway,
    meddle,
    owner: () => gateway.user(OWNER)?.user ?? assert.fail("the user is gone"),
    async tally(task: () => Promise<unknown>) {
      gateway.requests.reset();
      await task();
      const { "GET realm/period": _z, ...tally } = gateway.requests.tally();
      return tally;
    },
  });
}

describe("rgw.Subuser with S3 keys", () => {
  let stack: Awaited<ReturnType<typeof open>>;
  beforeEach(async () => {
    stack = await open("s3");
  });
  afterEach(() => assertOwnerUntouched(stack.system));

  it("is made with its first key, and has every output", async () => {
    const requests = await stack.tally(() => stack.up({ rotationId: "1" }));
    assert.deepEqual(requests, { "GET user": 2, "PUT user?subuser": 1, "S3 ListBuckets": 1 });
    const id = deriveAccessKey("own:ann", "1", ME);
    const { accessKey, userId, subuserId, access, user, name, keyType } = stack.outputs();
    assert.deepEqual([accessKey, userId, subuserId, access], [id, "own:ann", "own:ann", "full"]);
    assert.deepEqual([user, name, keyType], ["own", "ann", "s3"]);
    assert.equal(stack.owner().swiftKeys.size, 0, "it has no Swift key that nobody asked for");
    assert.deepEqual(await stack.tally(() => stack.up({ rotationId: "1" })), {});
    const rotation = await stack.tally(() => stack.up({ rotationId: "2" }));
    assert.deepEqual(rotation, { "GET user": 1, "PUT user?key": 1, "S3 ListBuckets": 1 });
    assert.deepEqual(await stack.tally(() => stack.up({ rotationId: "2", access: "read" })), {
      "POST user?subuser": 1,
      "S3 ListBuckets": 1,
    });
    assert.deepEqual(await stack.tally(() => stack.engine.destroy()), { "GET user": 1, "DELETE user?subuser": 1 });
  });

  it("says which user is missing, and makes nothing", async () => {
    assert.match(
      await stack.fails({ user: "nobody" }),
      /creating subuser "nobody:ann": there is no user "nobody".*it is the output userId/,
    );
    assert.equal(stack.engine.stored, undefined);
  });

  it("of a user with a tenant goes by the user's full id", async () => {
    stack.meddle("PUT user?uid=eve&tenant=red&display-name=Eve");
    await stack.up({ user: "red$eve" });
    assert.equal(stack.outputs().subuserId, "red$eve:ann");
    assert.equal(stack.gateway.user("red$eve")?.user.subusers.get("ann"), "full-control");
  });

  it("is deleted with its keys, and with nothing else", async () => {
    stack.meddle("PUT user?uid=own&subuser=other&access=read&key-type=s3&access-key=OTHERS");
    await stack.up({ rotationId: "1" });
    await stack.up({ rotationId: "2" });
    await stack.engine.destroy();
    assert.deepEqual([...stack.owner().subusers.keys()], ["other"]);
    assert.deepEqual([...stack.owner().keys.keys()].sort(), ["OTHERS", "OWNERS"]);
  });

  it("goes with its user, and is made anew with it", async () => {
    await stack.up();
    stack.meddle("DELETE user?uid=own");
    await stack.engine.refresh();
    assert.equal(stack.engine.stored, undefined);
    stack.meddle("PUT user?uid=own&display-name=Own&access-key=OWNERS&secret-key=owners-secret");
    await stack.up();
  });

  it("is not taken for its own when somebody else makes it at the same moment", async () => {
    stack.gateway.between = (_request, kind) => {
      if (kind !== "PUT user?subuser") return;
      stack.gateway.between = undefined;
      stack.meddle("PUT user?uid=own&subuser=ann&access=read&key-type=s3&access-key=THEIRS&secret-key=theirs");
    };
    assert.match(await stack.fails(), /exists already.*adopt: true/);
    assert.deepEqual([...stack.owner().keys.keys()].sort(), ["OWNERS", "THEIRS"], "its key is taken back");
    assert.equal(stack.owner().subusers.get("ann"), "read");
  });

  it("keeps the type of its keys", async () => {
    await stack.up();
    assert.match(await stack.fails({ keyType: "swift" }), /keyType: cannot change/);
  });

  it("that may do nothing any more is drift", async () => {
    await stack.up();
    stack.meddle("POST user?uid=own&subuser=ann");
    await stack.engine.refresh();
    assert.equal(stack.outputs().access, "none");
    await stack.up();
    assert.equal(stack.owner().subusers.get("ann"), "full-control");
  });

  const wrong: readonly [Inputs, RegExp][] = [
    [{ access: "full-control" }, /access: must be read, write, readwrite or full/],
    [{ user: "own:x" }, /user: must not contain ":"/],
    [{ name: "a:b" }, /name: must have letters/],
    [{ name: "ü" }, /name: must have letters/],
    [{ keyType: "ssh" }, /keyType: must be s3 or swift/],
    [{ forceDestroy: true }, /forceDestroy: is not an input/],
    [{ createKey: false }, /createKey: is not an input/],
  ];
  for (const [inputs, says] of wrong)
    it(`refuses ${JSON.stringify(inputs)}, and asks nothing`, async () => {
      assert.match(await stack.fails(inputs), says);
      assert.deepEqual(stack.asked, []);
    });

  it("comes into a stack with the key that it has", async () => {
    stack.meddle("PUT user?uid=own&subuser=ann&access=read&key-type=s3&access-key=FIRST&secret-key=their-first");
    const config = { get: (key: string) => stack.system.config[key] };
    const world = { ...stack.world, openTransport: stack.system.openTransport };
    const opened = openConnection(backend, config, world, () => {});
    const inputs = { user: "own", name: "ann" };
    const { known, left, declared } = await moveIn(backend, { name: "ann", inputs }, opened, { declare: "required" });
    assert.deepEqual([known.published?.accessKey, left], ["FIRST", []]);
    assert.deepEqual(declared, { ...inputs, access: "read" });
  });
});

describe("the id of an rgw.Subuser", () => {
  const rows: readonly [string, Inputs | RegExp][] = [
    ["red$eve:app", { user: "red$eve", name: "app" }],
    ["eve:app:swift", { user: "eve", name: "app", keyType: "swift" }],
    ["eve", /Give it as user:name:keyType or user:name/],
    [":app", /Give it as/],
  ];
  for (const [id, means] of rows)
    it(`"${id}"`, () => {
      if (means instanceof RegExp) assert.throws(() => inputsOfId(backend, id), means);
      else assert.deepEqual(inputsOfId(backend, id), means);
    });
});

describe("rgw.Subuser with a Swift key", () => {
  let stack: Awaited<ReturnType<typeof open>>;
  const secret = () => stack.owner().swiftKeys.get("ann");
  beforeEach(async () => {
    stack = await open("swift");
  });
  afterEach(() => {
    assertOwnerUntouched(stack.system);
    stack.assertNoLeak();
  });

  it("is made with a mark that it loses when its secret is proven by a login", async () => {
    const requests = await stack.tally(() => stack.up({ rotationId: "1" }));
    const made = { "GET user": 3, "PUT user?subuser": 1, "PUT user?key": 1, "GET auth": 1, "DELETE user?key": 1 };
    assert.deepEqual(requests, made);
    const { accessKey, secretKey, subuserId } = stack.outputs();
    assert.deepEqual([accessKey, subuserId, secretKey], ["own:ann", "own:ann", secret()]);
    assert.deepEqual(stack.engine.stored?.secrets, ["secretKey"]);
    assert.deepEqual([...stack.owner().keys.keys()], ["OWNERS"], "no S3 key is left");
    assert.deepEqual(await stack.tally(() => stack.up({ rotationId: "1" })), {});
  });

  it("rotates in place, which the preview says: the new secret logs in, and the old one is refused", async () => {
    await stack.up({ rotationId: "1" });
    const old = String(secret());
    const { stored, provider } = stack.whole;
    const { changes } = await provider.diff(stored?.id ?? "", stored?.outputs ?? {}, {
      ...stored?.inputs,
      rotationId: "2",
    });
    assert.equal(changes, true);
    assert.match(stack.world.lines.join("\n"), /the old secret of own:ann ends immediately/);
    const requests = await stack.tally(() => stack.up({ rotationId: "2" }));
    // The old secret is seen to work before it is replaced, and to be refused afterwards.
    assert.deepEqual(requests, { "GET user": 2, "PUT user?key": 1, "GET auth": 3 });
    assert.equal(stack.outputs().secretKey, secret());
    assert.notEqual(secret(), old);
    assert.match(String(await stack.system.s3({ accessKey: "own:ann", secretKey: old })), /^401/);
    const { previousSecretKey, previousKeyExpiresAt, keys } = stack.outputs();
    assert.deepEqual([previousSecretKey, previousKeyExpiresAt, (keys as unknown[]).length], [undefined, undefined, 1]);
  });

  it("keeps the secret that consumers hold when logins are not answered: nothing is replaced", async () => {
    await stack.up({ rotationId: "1" });
    const old = secret();
    for (const status of [404, 500]) {
      stack.mishap = ({ url }) =>
        url.pathname === "/auth/v1.0" ? { kind: "answer", status, body: "<html>" } : undefined;
      assert.match(await stack.fails({ rotationId: "2" }), /No other secret was made/);
      assert.equal(secret(), old);
    }
    stack.mishap = undefined;
    await stack.up({ rotationId: "2" });
    assert.notEqual(secret(), old);
  });

  it("says what is missing where nobody answers logins", async () => {
    stack.mishap = ({ url }) =>
      url.pathname === "/auth/v1.0"
        ? { kind: "answer", status: 404, body: "<Error><Code>NoSuchBucket</Code></Error>" }
        : undefined;
    assert.match(await stack.fails(), /does not answer like the Swift login.*rgw_enable_apis/);
  });

  for (const [name, value] of [
    ["gracePeriodSeconds", 0],
    ["gracePeriodSeconds", 60],
    ["quarantinePeriodSeconds", 60],
  ] as const)
    it(`refuses ${name}: ${value}, and asks nothing`, async () => {
      assert.match(
        await stack.fails({ [name]: value }),
        new RegExp(`${name}: must be .*left out: there is one secret at a time`),
      );
      assert.deepEqual(stack.asked, []);
    });

  it("leaves S3 keys of the subuser alone, also with exclusiveKeys", async () => {
    await stack.up({ exclusiveKeys: true });
    stack.meddle("PUT user?key&uid=own&subuser=ann&key-type=s3&access-key=THEIRS&secret-key=theirs");
    await stack.engine.refresh();
    await stack.up({ exclusiveKeys: true, rotationId: "2" });
    assert.ok(stack.owner().keys.has("THEIRS"));
  });

  it("comes into a stack with the secret that it has", async () => {
    await stack.system.make("ann");
    const config = { get: (key: string) => stack.system.config[key] };
    const world = { ...stack.world, openTransport: stack.system.openTransport };
    const opened = openConnection(backend, config, world, () => {});
    const inputs = { user: "own", name: "ann", keyType: "swift" };
    const { known, left } = await moveIn(backend, { name: "ann", inputs }, opened, { declare: "required" });
    assert.deepEqual([known.published?.secretKey, left], [secret(), []]);
    const another = { name: "ann", inputs: { user: "own", name: "ann" } };
    const { left: [step] = [] } = await moveIn(backend, another, opened, { declare: "required" });
    assert.equal(step?.do, "issueKey", "of the other type it has no key yet");
  });

  it("whose secret somebody replaced is drift, and gets another one", async () => {
    const { secretKey } = await stack.up();
    stack.meddle("PUT user?key&uid=own&subuser=ann&key-type=swift&secret-key=somebodys");
    await stack.engine.refresh();
    assert.equal(stack.outputs().secretKey, secretKey, "it stays published until there is another");
    await stack.up();
    assert.equal(stack.outputs().secretKey, secret());
    assert.notEqual(secret(), "somebodys");
  });

  it("that a killed run has begun is its own, and the mark goes with the secret's proof", async () => {
    stack.mishap = ({ url }) => (url.pathname === "/auth/v1.0" ? { kind: "kill", when: "before" } : undefined);
    assert.equal(await stack.tries({ rotationId: "1" }), "killed");
    assert.equal(stack.engine.stored, undefined);
    assert.ok([...stack.owner().keys.keys()].some((id) => id.startsWith("UNFINISHED")));
    stack.mishap = undefined;
    await stack.restart();
    await stack.up({ rotationId: "another by now" });
    assert.deepEqual([...stack.owner().keys.keys()], ["OWNERS"]);
  });
});
