// A domain by its name and by its id, on a real Keystone: another word for the same domain is no other user.

import assert from "node:assert/strict";
import { openProgram, type Program } from "./program";
import { projectId, type Store, storeFor } from "./store";

describe("the domain of openstack.User", function () {
  this.timeout(60_000);
  let store: Store;
  let count = 0;

  before(async function () {
    store = await storeFor(this);
  });

  const open = (kind = "openstack") =>
    openProgram({ kind, environment: store.env, config: { "openstack:s3Endpoint": store.s3Endpoint } });
  const another = (domain: string) => ({ name: `domains-${++count}`, domain, project: "media", rotationId: "1" });
  /** The same stack in another process, with a provider that has looked up nothing. */
  const next = async (program: Program, kind?: string) => {
    const again = await open(kind);
    again.engine.stored = program.engine.stored;
    return again;
  };

  it('"Default" and "default" are one: the user is not replaced by itself', async () => {
    const inputs = another("Default");
    const program = await open();
    const { userId, accessKey } = await program.up(inputs);
    for (const domain of ["default", "Default"]) {
      const again = await next(program);
      assert.deepEqual(await again.preview({ ...inputs, domain }), []);
      const outputs = await again.up({ ...inputs, domain });
      assert.deepEqual([outputs.userId, outputs.accessKey, outputs.domain], [userId, accessKey, domain]);
      program.engine.stored = again.engine.stored;
    }
    assert.equal((await store.user(inputs.name)).id, userId);
    await program.engine.destroy();
    assert.equal(await store.user(inputs.name), undefined);
  });

  it("another domain is another user", async () => {
    const inputs = another("Default");
    const program = await open();
    const { userId } = await program.up(inputs);
    const { domain } = (await store.ask("POST", "/domains", { domain: { name: `elsewhere-${count}` } })).body;
    const there = { ...inputs, domain: domain.name, projectId: await projectId(store, "media"), project: undefined };
    const outputs = await program.up(there);
    assert.notEqual(outputs.userId, userId);
    assert.equal(await store.user(inputs.name), undefined);
    await program.engine.destroy();
    await store.ask("PATCH", `/domains/${domain.id}`, { domain: { enabled: false } });
  });

  it("that cannot be looked up replaces nobody: a sentence", async () => {
    const inputs = another("Default");
    const program = await open();
    const { userId } = await program.up(inputs);
    assert.match(
      await (await next(program)).fails({ ...inputs, domain: "elsewhere" }),
      /looking for domain "elsewhere": Keystone has no such domain.*Check domain/,
    );
    assert.equal((await store.user(inputs.name)).id, userId);
    await program.engine.destroy();
  });

  it("of a fleet's member: the member stays, with its keys", async () => {
    const { name, ...inputs } = another("Default");
    const kind = "openstack/fleet";
    const program = await open(kind);
    const first = await program.up({ users: { red: { ...inputs, name } } });
    const again = await next(program, kind);
    const second = await again.up({ users: { red: { ...inputs, name, domain: "default" } } });
    assert.deepEqual(second.credentials, first.credentials);
    assert.doesNotMatch(again.lines.join("\n"), /is deleted|takes its place/);
    await again.engine.destroy();
    assert.equal(await store.user(name), undefined);
  });
});
