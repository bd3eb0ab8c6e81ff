// docs/guides/admin-credential.md: the admin's key is really made and revoked on the cluster, once where it comes from the
// environment and once where state recorded it.

import assert from "node:assert/strict";
import { admin } from "../devserver/request";
import { needCli } from "../real/needs";
import { radosgwAdmin } from "./radosgw-admin";
import { Reader } from "./reader";

const PROGRAM = `
import { rgw } from "pulumi-object-users";
export const { accessKey } = new rgw.User("alice", { uid: "alice", displayName: "Alice" });
`;

interface Key {
  readonly access_key: string;
  readonly secret_key: string;
}

/** Makes the second key by the guide's command. */
async function second(reader: Reader, first: string): Promise<{ accessKey: string; secretKey: string }> {
  const answer: unknown = JSON.parse((await reader.run("second")).out);
  const keys = (Array.isArray(answer) ? answer : (answer as { keys: Key[] }).keys) as Key[];
  const made = keys.find(({ access_key }) => access_key !== first);
  assert.ok(made);
  return { accessKey: made.access_key, secretKey: made.secret_key };
}

/** Whether the cluster lets an admin key in. */
const isGood = ({ cluster }: Reader, key: { accessKey: string; secretKey: string }) =>
  cluster.gateway.handle(admin({ admin: key }, "GET user?uid=alice")).status === 200;

describe("guide: the admin credential", function () {
  this.timeout(300_000);
  let reader: Reader;
  let current: { accessKey: string; secretKey: string };

  before(async function () {
    await needCli(this);
    reader = await Reader.open("admin-credential", { "index.ts": PROGRAM });
    radosgwAdmin(reader);
    await reader.stack.up({ expect: 0 });
  });
  after(() => reader?.close());

  const configure = (made: { accessKey: string; secretKey: string }) =>
    reader.run("configure", { env: { NEW_ACCESS_KEY: made.accessKey, NEW_SECRET_KEY: made.secretKey } });
  const recorded = async () => (await reader.bash("pulumi stack export --show-secrets")).out;

  it("from the environment: is rotated without an up, and was never in state", async () => {
    const old = reader.cluster.gateway.admin;
    current = await second(reader, old.accessKey);
    const env = { RADOSGW_ACCESS_KEY: current.accessKey, RADOSGW_SECRET_KEY: current.secretKey };
    await reader.run("check", { env });
    await reader.run("first", { env: { OLD_ACCESS_KEY: old.accessKey } });
    assert.deepEqual([isGood(reader, old), isGood(reader, current)], [false, true]);
    await reader.run("check", { expect: 1 });
    await reader.run("works", { env });
    const state = await recorded();
    for (const text of [old.accessKey, old.secretKey, ...Object.values(current)]) assert.ok(!state.includes(text));
  });

  it("an admin user of one's own has what is needed", async () => {
    const [key] = JSON.parse((await reader.run("own")).out).keys as Key[];
    const env = { RADOSGW_ACCESS_KEY: key?.access_key, RADOSGW_SECRET_KEY: key?.secret_key };
    assert.match((await reader.run("check", { env })).said, /all is well|0 failed/);
  });

  it("recorded: is rotated by make, set, up, revoke; a refresh and a second stack's check use what was recorded", async () => {
    // Configuration wins over the environment, which has a key that is gone.
    await configure(current);
    await reader.run("record");
    const old = current;
    current = await second(reader, old.accessKey);
    await configure(current);
    assert.ok((await recorded()).includes(old.secretKey));
    reader.cluster.gateway.requests.reset();
    await reader.run("record");
    assert.equal(reader.cluster.gateway.requests.writes(), 0);
    const state = await recorded();
    assert.ok(state.includes(current.secretKey) && !state.includes(old.secretKey));
    await reader.run("recorded");
    await reader.run("first", { env: { OLD_ACCESS_KEY: old.accessKey } });
    assert.equal(isGood(reader, old), false);
    await reader.run("works");
    await reader.run("all");
  });

  it("revoked too early: an up without refresh still records the new one", async () => {
    const made = await second(reader, current.accessKey);
    await reader.run("first", { env: { OLD_ACCESS_KEY: current.accessKey } });
    await reader.run("all", { expect: 1 });
    await configure(made);
    await reader.run("record");
    await reader.run("all");
  });
});
