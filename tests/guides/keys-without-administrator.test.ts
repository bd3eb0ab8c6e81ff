// docs/guides/keys-without-administrator.md, followed by an ordinary member of a project of a real Keystone, with a real S3.

import assert from "node:assert/strict";
import { memberOf, PASSWORD, type Store, storeFor } from "../openstack/store";
import { Reader } from "./reader";

describe("guide: S3 keys on a public OpenStack cloud without an administrator", function () {
  this.timeout(120_000);
  const NAME = "PCU-7ABCDEF";
  let store: Store;
  let reader: Reader;
  let userId: string;

  before(async function () {
    store = await storeFor(this, { cli: true });
    userId = await memberOf(store, NAME, "media");
    reader = await Reader.open("keys-without-administrator");
    reader.save("index.ts");
  });
  after(() => reader?.close());

  const s3 = (key: Record<string, unknown>, prefix = "") => {
    const part = (name: string) =>
      String(key[prefix === "" ? name : `${prefix}${name[0]?.toUpperCase()}${name.slice(1)}`]);
    return store.s3({ accessKey: part("accessKey"), secretKey: part("secretKey") });
  };
  /** A shell in which the reader has logged in. */
  const inShell = async (name: string) => {
    const login = reader.block("login").text;
    const own = { "https://api.pub1.infomaniak.cloud/identity/v3": store.keystone.authUrl, "PCP-7ABCDEF": "media" };
    const mine = Object.entries(own).reduce((text, [from, to]) => text.replaceAll(from, to), login);
    const { text } = reader.block(name);
    return reader.bash(`${mine}\n${text.replace("https://s3.pub1.infomaniak.cloud", store.s3Endpoint)}`, {
      env: { OS_PASSWORD: PASSWORD },
    });
  };

  it("a member makes a key of its own, rotates it with a grace, and revokes it; its other key stays", async () => {
    const tenant_id = (await store.ask("GET", "/projects?name=media")).body.projects[0].id;
    const { credential: other } = (await store.ask("POST", `/users/${userId}/credentials/OS-EC2`, { tenant_id })).body;
    await inShell("endpoint");
    const { out } = await inShell("up");
    assert.doesNotMatch(out, new RegExp(PASSWORD));
    const first = await reader.outputs();
    assert.equal(await s3(first), "200");
    await inShell("rotate");
    const second = await reader.outputs();
    assert.notEqual(second.accessKey, first.accessKey);
    assert.deepEqual([await s3(first), await s3(second)], ["200", "200"]);
    assert.ok(Date.parse(String(second.previousKeyExpiresAt)) > Date.now() + 6 * 86_400_000);
    await inShell("destroy");
    assert.deepEqual(await store.keysOf(userId), [other.access]);
    assert.match(await s3(second), /^403/);
    assert.equal(await store.s3({ accessKey: other.access, secretKey: other.secret }), "200");
  });
});
