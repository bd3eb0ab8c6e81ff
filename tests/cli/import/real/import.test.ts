// `object-users import` with the real Pulumi CLI: users of the embedded gateway move in, singly and as a fleet, and neither
// preview nor up finds anything to do.

import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { Gateway } from "../../../../devserver/rgw/gateway";
import { type Served, serve } from "../../../../devserver/rgw/serve";
import { admin } from "../../../devserver/request";
import { needCli } from "../../../real/needs";
import { openStack, type Stack } from "../../../real/pulumi";
import { objectUsers } from "../../real";

const NOTHING = { expect: 0, args: ["--expect-no-changes"] };
const NO_DRIFT = { expect: 0, args: ["--refresh", "--expect-no-changes"] };

describe("object-users import, with the real CLI", function () {
  this.timeout(120_000);
  let gateway: Gateway;
  let served: Served;
  let env: Record<string, string>;
  let stack: Stack | undefined;

  before(function () {
    return needCli(this);
  });
  beforeEach(async () => {
    gateway = new Gateway();
    served = await serve(gateway);
    env = {
      RADOSGW_ENDPOINT: served.url,
      RADOSGW_ACCESS_KEY: gateway.admin.accessKey,
      RADOSGW_SECRET_KEY: gateway.admin.secretKey,
    };
    for (const what of [
      "PUT user?uid=team-red&display-name=Red&email=red@example.org&max-buckets=7&user-caps=users=read",
      "PUT user?uid=team-blue&tenant=t1&display-name=The%20%22blue%22%20ones",
      "PUT user?uid=team-none&display-name=None&generate-key=false",
      "PUT user?uid=team-locked&display-name=Locked&suspended=true",
      "PUT user?uid=team%20red&display-name=Red",
      "PUT user?uid=other&display-name=Other",
    ])
      assert.equal(gateway.handle(admin(gateway, what)).status, 200, what);
    gateway.requests.reset();
    const files = { "index.ts": 'import "./users";\n', "users.ts": "" };
    stack = await openStack({ program: { files }, env });
  });
  afterEach(async () => {
    await stack?.dispose();
    await served.close();
  });

  for (const how of [[], ["--fleet", "teams"]]) {
    it(`moves users in ${how.length === 0 ? "one by one" : "as a fleet"}, and nothing is left to do`, async () => {
      assert.ok(stack);
      const args = ["import", "rgw", "--filter", "team*", "t1$*", "--program", "users.ts", "--force", ...how];
      const { code, out, said } = await objectUsers(stack, args, env);
      assert.equal(code, 0, said);
      assert.match(out, /^5 users in .*pulumi import --file import\.json/s);
      assert.match(said, /import\.json holds secret keys in clear: delete it/);
      assert.equal(gateway.requests.writes(), 0);
      const file = path.join(stack.directory, "import.json");
      assert.equal(statSync(file).mode & 0o777, 0o600);
      const program = readFileSync(path.join(stack.directory, "users.ts"), "utf8");
      const secrets = gateway.users().flatMap(({ keys }) => [...keys.values()]);
      for (const secret of secrets) assert.ok(!`${program}${out}${said}`.includes(secret));

      await stack.import(JSON.parse(readFileSync(file, "utf8")), { expect: 0 });
      await stack.preview(NOTHING);
      await stack.up(NOTHING);
      await stack.preview(NO_DRIFT);
      assert.equal(gateway.requests.writes(), 0);
      const state = JSON.stringify(await stack.exportState());
      for (const secret of secrets) assert.ok(!state.includes(secret));
    });
  }
});
