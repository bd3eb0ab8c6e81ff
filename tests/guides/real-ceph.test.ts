// What the guides say of Ceph itself, on a real one: their radosgw-admin commands, and the curl that shows whether a key is
// refused. Everything else of the guides runs on the embedded gateway, which is held to the real one elsewhere.

import assert from "node:assert/strict";
import { type RealCeph, startCeph } from "../../tools/ceph/cluster";
import { needCeph } from "../real/needs";
import { guideNames, readGuide } from "./blocks";
import { bash } from "./reader";

interface User {
  readonly user_id: string;
  readonly keys: readonly { readonly access_key: string; readonly secret_key: string }[];
  readonly caps: readonly { readonly type: string; readonly perm: string }[];
}

/** The words of the line in a guide's block that calls radosgw-admin, without that word. */
function words(guide: string, block: string): string[] {
  const { text = "" } = readGuide(guide).blocks.find(({ name }) => name === block) ?? {};
  assert.match(text, /^radosgw-admin /);
  return [...text.trim().matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([word]) => word.replaceAll('"', "")).slice(1);
}

describe("the guides on a real Ceph", function () {
  this.timeout(180_000);
  let ceph: RealCeph;

  before(async function () {
    await needCeph(this);
    ceph = await startCeph();
  });
  after(() => ceph?.stop());

  const call = async (args: readonly string[]) => (await ceph.radosgwAdmin(...args)) as User;

  it("radosgw-admin takes every command of the blocks as it stands", async () => {
    const blocks = guideNames().flatMap((name) => readGuide(name).blocks);
    assert.equal(blocks.filter(({ text }) => text.includes("radosgw-admin")).length, 4);
    const before = await call(["user", "info", "--uid=admin"]);
    const second = await call(words("admin-credential", "second"));
    assert.equal(second.keys.length, before.keys.length + 1);
    const [old] = before.keys;
    const first = words("admin-credential", "first").map((word) =>
      word.replace("$OLD_ACCESS_KEY", String(old?.access_key)),
    );
    await call(first);
    const after = await call(["user", "info", "--uid=admin"]);
    assert.equal(after.keys.length, before.keys.length);
    assert.ok(!after.keys.some(({ access_key }) => access_key === old?.access_key));
    const own = await call(words("admin-credential", "own"));
    assert.deepEqual(
      own.caps.map(({ type, perm }) => `${type}=${perm}`),
      ["buckets=read", "users=*"],
    );
    const weak = await call(words("drift-in-ci", "weak-admin"));
    assert.deepEqual(
      weak.caps.map(({ type, perm }) => `${type}=${perm}`),
      ["buckets=read", "users=read"],
    );
  });

  it("curl is answered with the buckets' list, and with InvalidAccessKeyId once the key is gone", async () => {
    const { keys } = await call(["user", "create", "--uid=leaked", "--display-name=Leaked"]);
    const [key] = keys;
    assert.ok(key);
    const owner = await call(["user", "info", `--access-key=${key.access_key}`]);
    assert.equal(owner.user_id, "leaked");
    const { text = "" } = readGuide("emergency-rotation").blocks.find(({ name }) => name === "refused") ?? {};
    const script = text
      .replace("$(cat leaked.accessKey)", "$KEY")
      .replace("$(cat leaked.secretKey)", "$SECRET")
      .replace("$(cat leaked.endpoint)", "$ENDPOINT")
      .replace("rm leaked.*\n", "");
    const env = { PATH: process.env.PATH, KEY: key.access_key, SECRET: key.secret_key, ENDPOINT: ceph.endpoint };
    assert.match((await bash(script, "/", env)).out, /<ListAllMyBucketsResult.*<ID>leaked</s);
    await call(["key", "rm", "--uid=leaked", `--access-key=${key.access_key}`]);
    assert.match((await bash(script, "/", env)).out, /<Code>InvalidAccessKeyId</);
  });
});
