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

let fromEnvironment: Reader;

describe("guide: the admin credential, from the environment", function () {
  this.timeout(300_000);
  let reader: Reader;

  before(async function () {
    await needCli(this);
    reader = await Reader.open("admin-credential", { "index.ts": PROGRAM });
    fromEnvironment = reader;
    radosgwAdmin(reader);
    await reader.stack.up({ expect: 0 });
  });
  after(() => reader?.abandon());

  it("is rotated without an up, and was never in state", async () => {
    const old = reader.cluster.gateway.admin;
    const made = await second(reader, old.accessKey);
    const env = { RADOSGW_ACCESS_KEY: made.accessKey, RADOSGW_SECRET_KEY: made.secretKey };
    await reader.run("check", { env });
    await reader.run("first", { env: { OLD_ACCESS_KEY: old.accessKey } });
    assert.deepEqual([isGood(reader, old), isGood(reader, made)], [false, true]);
    await reader.run("check", { expect: 1 });
    await reader.run("works", { env });
    const { out } = await reader.bash("pulumi stack export --show-secrets");
    for (const text of [old.accessKey, old.secretKey, made.accessKey, made.secretKey]) assert.ok(!out.includes(text));
  });

  it("an admin user of one's own has what is needed", async () => {
    const [key] = JSON.parse((await reader.run("own")).out).keys as Key[];
    const env = { RADOSGW_ACCESS_KEY: key?.access_key, RADOSGW_SECRET_KEY: key?.secret_key };
    assert.match((await reader.run("check", { env })).said, /all is well|0 failed/);
  });
});

describe("guide: the admin credential, recorded in state", function () {
  this.timeout(300_000);
  let reader: Reader;

  before(async function () {
    await needCli(this);
    const none = { RADOSGW_ACCESS_KEY: undefined, RADOSGW_SECRET_KEY: undefined };
    reader = await Reader.open("admin-credential", { "index.ts": PROGRAM }, none);
    radosgwAdmin(reader);
    const { accessKey, secretKey } = reader.cluster.gateway.admin;
    await reader.stack.setConfig("rgw:accessKey", accessKey);
    await reader.stack.setConfig("rgw:secretKey", secretKey, { secret: true });
    await reader.stack.up({ expect: 0 });
  });
  after(() => reader?.close(fromEnvironment));

  const configure = (made: { accessKey: string; secretKey: string }) =>
    reader.run("configure", { env: { NEW_ACCESS_KEY: made.accessKey, NEW_SECRET_KEY: made.secretKey } });
  const recorded = async () => (await reader.bash("pulumi stack export --show-secrets")).out;

  it("is rotated by make, set, up, revoke; a refresh and a second stack's check use what was recorded", async () => {
    const old = reader.cluster.gateway.admin;
    const made = await second(reader, old.accessKey);
    await configure(made);
    assert.ok((await recorded()).includes(old.secretKey));
    reader.cluster.gateway.requests.reset();
    await reader.run("record");
    assert.equal(reader.cluster.gateway.requests.writes(), 0);
    const state = await recorded();
    assert.ok(state.includes(made.secretKey) && !state.includes(old.secretKey));
    await reader.run("recorded");
    await reader.run("first", { env: { OLD_ACCESS_KEY: old.accessKey } });
    assert.equal(isGood(reader, old), false);
    await reader.run("works");
    await reader.run("all");
  });

  it("revoked too early: an up without refresh still records the new one", async () => {
    const [, before] = /rgw:accessKey": "(\w+)"/.exec(await recorded()) ?? [];
    const answer: unknown = JSON.parse((await reader.run("second")).out);
    const keys = (Array.isArray(answer) ? answer : (answer as { keys: Key[] }).keys) as Key[];
    const made = keys.find(({ access_key }) => access_key !== before);
    assert.ok(before && made);
    await reader.run("first", { env: { OLD_ACCESS_KEY: before } });
    await reader.run("all", { expect: 1 });
    await configure({ accessKey: made.access_key, secretKey: made.secret_key });
    await reader.run("record");
    await reader.run("all");
    await reader.run("works");
  });
});
