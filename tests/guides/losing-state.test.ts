// docs/guides/losing-state.md: the state is really removed, and the guide's steps bring the same keys back; the key that was in
// its grace is found and revoked as an orphan.

import assert from "node:assert/strict";
import { needCli } from "../real/needs";
import { Reader } from "./reader";

/** A fleet beside the guide's user, whose members come back by their own keys, too. */
const FLEET = `
const users = { red: { uid: "red", displayName: "Red" }, blue: { uid: "blue", displayName: "Blue" } };
export const { credentials } = new rgw.Users("teams", { defaults: { rotationId: "2026-q4" }, users });
`;

describe("guide: the state is lost", function () {
  this.timeout(400_000);
  let reader: Reader;

  before(async function () {
    await needCli(this);
    reader = await Reader.open("losing-state");
    reader.stack.write({ "index.ts": `${reader.block("index.ts").text}${FLEET}` });
  });
  after(() => reader?.close());

  const lose = async () => {
    await reader.run("forget");
    await reader.run("new");
    assert.deepEqual((await reader.stack.exportState()).deployment.resources ?? [], []);
  };
  const keys = () => [...(reader.cluster.gateway.user("alice")?.keys.keys() ?? [])];

  it("with the same rotationId the same key comes back, and no key or setting is changed on the cluster", async () => {
    await reader.bash("pulumi up --yes --skip-preview");
    await reader.bash("pulumi config set rotationId 2026-q4 && pulumi up --yes --skip-preview");
    const before = await reader.outputs();
    await lose();
    reader.cluster.gateway.requests.reset();
    await reader.run("continue");
    const { accessKey, secretKey, credentials } = await reader.outputs();
    assert.deepEqual([accessKey, secretKey], [before.accessKey, before.secretKey]);
    assert.deepEqual(credentials, before.credentials, "the members of a fleet");
    assert.deepEqual(reader.cluster.gateway.requests.count("POST user"), 0);
    assert.equal(keys().length, 2);
    await reader.bash("pulumi preview --refresh --expect-no-changes");
  });

  it("the key that was in its grace is an orphan: reported, then revoked, and the current one is not", async () => {
    const { accessKey, secretKey } = await reader.outputs();
    const [former] = keys().filter((key) => key !== accessKey);
    const secret = reader.cluster.gateway.user("alice")?.keys.get(String(former));
    const { out } = await reader.run("orphans", { expect: 1 });
    assert.match(out, new RegExp(`orphan ${former} of user "alice"`));
    assert.equal(reader.cluster.s3(former, secret), 200);
    await reader.run("revoke");
    assert.equal(reader.cluster.s3(former, secret), 403);
    assert.equal(reader.cluster.s3(accessKey, secretKey), 200);
    await reader.run("orphans");
  });

  it("a user with a key of another making needs adopt, and keeps that key", async () => {
    await lose();
    const [ours] = keys();
    reader.cluster.admin("PUT user?key&uid=alice&access-key=ITSOWNKEY&secret-key=its-own-secret");
    reader.cluster.admin(`DELETE user?key&uid=alice&access-key=${ours}`);
    const { text } = reader.block("continue");
    assert.match((await reader.bash(`! (${text.trim()})`)).out, /exists already.*Set adopt: true/s);
    await reader.run("adopt");
    const { accessKey, secretKey } = await reader.outputs();
    assert.deepEqual([accessKey, secretKey], ["ITSOWNKEY", "its-own-secret"]);
    assert.deepEqual(keys(), ["ITSOWNKEY"]);
  });
});
