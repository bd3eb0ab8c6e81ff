/** rgw.Account at the port: made once, recognised after a lost answer, never a stranger's, drift, and what stands in its way. */
import assert from "node:assert/strict";
import { account } from "../../provider/backends/rgw/account";
import { openConnection } from "../../provider/connection";
import { signed } from "../../provider/http/sigv4";
import { importContentOf } from "../../provider/operator/import";
import { inputsOfId, readById } from "../../provider/packaged/import";
import type { Inputs } from "../../provider/pulumi/state";
import type { Adapter } from "./adapter";
import { embedded, type RgwSystem } from "./rgw";
import { openStack, type Stack } from "./stack";

const ROOT = { accessKey: "ROOT", secretKey: "roots" };

const BACKEND = account as Adapter["backend"];

const adapter: Adapter<RgwSystem> = {
  ...embedded,
  backend: account as Adapter["backend"],
  user: (name) => ({ name }),
  setting: { name: "maxUsers", first: 5, next: 7, others: 9 },
  async open(clock) {
    const system = await embedded.open(clock);
    system.meddle("PUT user?caps&uid=admin&user-caps=accounts=*");
    return { ...system, change: () => system.meddle("PUT account?name=ann&max-users=9") };
  },
};

describe("rgw.Account", () => {
  let stack: Stack<RgwSystem>;
  const meddle = (what: string) => stack.system.meddle(what) as Record<string, unknown>;
  const there = (name = "ann") => meddle(`GET account?name=${name}`);
  const tally = async (task: () => Promise<unknown>) => {
    stack.system.gateway.requests.reset();
    await task();
    const { "GET info": _i, "GET realm/period": _z, ...tally } = stack.system.gateway.requests.tally();
    return tally;
  };
  beforeEach(async () => {
    stack = await openStack(adapter);
  });
  afterEach(() => stack.assertNoLeak());

  it("is made with what is declared, and shows everything as found", async () => {
    const inputs = { email: "Ops@Example.org", maxUsers: 5, maxAccessKeys: -3, quota: { maxObjects: 7 } };
    const requests = await tally(() => stack.up(inputs));
    assert.deepEqual(requests, { "GET account": 3, "POST account": 1, "PUT account": 1 });
    const outputs = stack.outputs();
    assert.match(String(outputs.accountId), /^RGW\d{17}$/);
    assert.equal(outputs.userId, outputs.accountId);
    assert.deepEqual([outputs.email, outputs.maxUsers, outputs.maxAccessKeys], ["ops@example.org", 5, -1]);
    assert.deepEqual([outputs.maxBuckets, outputs.maxRoles, outputs.maxGroups], [1000, 1000, 1000]);
    assert.deepEqual(outputs.quota, { enabled: true, maxSizeBytes: -1, maxObjects: 7 });
    assert.deepEqual([outputs.accessKey, outputs.secretKey, outputs.keys], [undefined, undefined, []]);
    assert.deepEqual(await tally(() => stack.up(inputs)), {}, "nothing to do");
    assert.deepEqual(await tally(() => stack.engine.refresh()), { "GET account": 1 });
    assert.equal(await stack.engine.up({ name: "ann", ...inputs }), "same");
  });

  it("is changed, renamed with its id, and goes back to what is not declared any more", async () => {
    const { accountId } = await stack.up({ maxUsers: 5, bucketQuota: { maxSizeBytes: 1000 } });
    const renamed = await stack.up({ name: "beth" });
    assert.equal(renamed.accountId, accountId);
    const { id, max_users, bucket_quota } = there("beth");
    assert.deepEqual([id, max_users], [accountId, 1000]);
    assert.deepEqual((bucket_quota as { enabled: boolean }).enabled, false);
  });

  it("that somebody changed is drift, which up repairs", async () => {
    await stack.up({ maxUsers: 5 });
    meddle("PUT account?name=ann&max-users=9&max-roles=3");
    await stack.engine.refresh();
    assert.deepEqual([stack.outputs().maxUsers, stack.outputs().maxRoles], [9, 3]);
    await stack.up({ maxUsers: 5 });
    assert.deepEqual([there().max_users, there().max_roles], [5, 1000]);
  });

  for (const when of ["before", "after"] as const)
    it(`is one account when a run is killed ${when} its making`, async () => {
      stack.mishap = ({ method }) => (method === "POST" ? { kind: "kill", when } : undefined);
      assert.equal(await stack.tries({ maxUsers: 5 }), "killed");
      stack.mishap = undefined;
      await stack.restart();
      const { accountId } = await stack.up({ maxUsers: 5 });
      assert.equal(there().id, accountId);
    });

  it("is one account when the answer to its making is lost", async () => {
    let lost = 0;
    stack.mishap = ({ method }) => (method === "POST" && lost++ === 0 ? { kind: "cut", when: "after" } : undefined);
    const { accountId } = await stack.up({ maxUsers: 5 });
    assert.equal(there().id, accountId);
  });

  it("is never a stranger's, unless adopt says so; then its id is the stranger's", async () => {
    const { id } = meddle("POST account?name=ann&max-users=9");
    assert.match(await stack.fails(), /exists already.*adopt: true/);
    assert.equal((await stack.up({ adopt: true })).accountId, id);
    assert.equal(there().max_users, 9);
    await stack.up();
    assert.equal(there().max_users, 9, "what was found is what it goes back to");
  });

  it("says whose name or e-mail address it cannot have", async () => {
    meddle("POST account?name=other&email=a@b.c");
    assert.match(await stack.fails({ email: "A@B.c" }), /with this name or e-mail address exists already/);
    await stack.up();
    assert.match(await stack.fails({ name: "other" }), /another account has this name or e-mail address/);
    assert.equal(there().name, "ann");
  });

  it("is not deleted while it has users or buckets", async () => {
    const { accountId } = await stack.up();
    const root = `account-id=${accountId}&account-root=true&access-key=ROOT&secret-key=roots`;
    meddle(`PUT user?uid=bob&display-name=bob&${root}`);
    const says = await stack.attempt(() => stack.engine.destroy());
    assert.match(String(says), /the account has users.*Delete its users first/);
    const { gateway } = stack.system;
    const asRoot = (method: string) =>
      gateway.handle(signed({ method, url: new URL("http://s3.test/bucket") }, ROOT, "us-east-1", stack.world.now()));
    assert.equal(asRoot("PUT").status, 200);
    meddle("DELETE user?uid=bob");
    assert.match(
      String(await stack.attempt(() => stack.engine.destroy())),
      /the account has buckets.*Empty and delete them first/,
    );
    meddle(`PUT user?uid=bob&display-name=bob&${root}`);
    assert.equal(asRoot("DELETE").status, 204);
    meddle("DELETE user?uid=bob");
    await stack.engine.destroy();
    assert.throws(() => there());
  });

  it("that somebody deleted is made again with the same id", async () => {
    const { accountId } = await stack.up();
    meddle(`DELETE account?id=${accountId}`);
    await stack.engine.refresh();
    assert.equal((await stack.up()).accountId, accountId);
  });

  it("that somebody deleted and made anew is somebody's: neither changed nor deleted", async () => {
    const { accountId } = await stack.up();
    meddle(`DELETE account?id=${accountId}`);
    meddle("POST account?name=ann&max-users=9");
    assert.match(await stack.fails({ maxUsers: 5 }), /exists already/);
    await stack.engine.destroy();
    assert.equal(there().max_users, 9);
  });

  it("may have an id that the program chooses, by which an account that is there is adopted, too", async () => {
    const accountId = "RGW00000000000000042";
    assert.equal((await stack.up({ accountId })).accountId, accountId);
    assert.match(await stack.fails({ accountId: "RGW00000000000000043" }), /accountId: cannot change/);
    assert.match(await stack.fails({ accountId: "42" }), /accountId: must be an account's id/);
    await stack.engine.destroy();
    const { id } = meddle("POST account?name=theirs&max-users=9");
    const outputs = await stack.up({ accountId: id, adopt: true });
    assert.deepEqual([outputs.accountId, there().id], [id, id]);
    await stack.restart();
    assert.match(await stack.fails({ accountId }), /accountId: cannot change/);
  });

  it("is moved in by its id or name; the next up has nothing to do", async () => {
    const { id } = meddle("POST account?name=ann&max-users=9");
    const world = { ...stack.world, openTransport: stack.system.openTransport };
    const config = { get: (name: string) => stack.system.config[name] };
    for (const by of [String(id), "ann"]) {
      const {
        id: found,
        inputs,
        outs,
      } = await readById(
        BACKEND,
        by,
        openConnection(BACKEND, config, world, () => {}),
      );
      assert.deepEqual([found, inputs.name, inputs.maxUsers, outs.accountId], [id, "ann", 9, id]);
      const users = [{ name: "ann", inputs: inputsOfId(BACKEND, by) }];
      const { resources } = await importContentOf(BACKEND, config, users, world);
      const { inputs: declared = {}, outputs = {} } = resources[0] ?? {};
      stack.whole.stored = { id: String(id), inputs: declared, outputs, secrets: [], halfMade: false };
      assert.equal(await stack.engine.up({ name: "ann", ...inputsOfId(BACKEND, by) }), "same");
    }
  });

  const wrong: readonly [Inputs, RegExp][] = [
    [{ rotationId: "1" }, /rotationId: is not an input/],
    [{ email: "" }, /email: cannot be empty/],
    [{ maxUsers: 2 ** 40 }, /maxUsers: must be at most/],
    [{ quota: { maxSizeBytes: 2 ** 40 } }, /quota\.maxSizeBytes: must be at most 2147483647 for an account/],
    [{ name: "a:b" }, /name: must not contain/],
  ];
  for (const [inputs, says] of wrong)
    it(`refuses ${JSON.stringify(inputs)} in a preview`, async () => {
      assert.match(await stack.fails(inputs), says);
    });

  it("is refused where there are no accounts, and names the right that is missing", async () => {
    stack.system.gateway.upgrade(18);
    assert.match(await stack.fails(), /needs accounts, which begin with Ceph 19/);
    stack.system.gateway.upgrade(20);
    meddle("DELETE user?caps&uid=admin&user-caps=accounts=*");
    await stack.restart();
    assert.match(await stack.fails(), /lacks the capability accounts.*--caps="accounts=\*"/);
  });
});
