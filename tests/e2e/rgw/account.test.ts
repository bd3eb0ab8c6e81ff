// examples/account by the real CLI on a real Ceph: an account, its root user, and with that root's rotated key an IAM user and
// a policy through a stock AWS client. The account is deleted last, and not while it has a user.

import assert from "node:assert/strict";
import path from "node:path";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { needCeph } from "../../real/needs";
import { REPOSITORY } from "../../real/pulumi";
import { type Cluster, cluster, sharedClusters } from "./cluster";
import { NO_DRIFT, OK, withStory } from "./story";

const POLICY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }],
});

sharedClusters();

describe("examples/account", function () {
  this.timeout(180_000);
  let ceph: Cluster;

  before(async function () {
    await needCeph(this, { cli: true });
    ceph = await cluster();
    if (ceph.ceph.release < 19) {
      console.warn("\n  !!! SKIPPED: accounts begin with Ceph 19. Unset OBJECT_USERS_CEPH, or set it to 20.\n");
      this.skip();
    }
    await ceph.ceph.radosgwAdmin("caps", "add", "--uid=admin", "--caps=accounts=*");
  });

  it("makes an account whose root's rotated key makes IAM users", async () => {
    await withStory({ program: path.join(REPOSITORY, "examples/account"), env: ceph.env }, async (story) => {
      await story.up(OK);
      const first = await shown(story);
      assert.match(first.accountId, /^RGW\d{17}$/);
      assert.equal(await ceph.s3(first), "200");
      await story.setConfig("account:rotationId", "second");
      await story.up(OK);
      const { accessKey, secretKey, accountId } = await shown(story);
      assert.deepEqual([accountId, accessKey === first.accessKey], [first.accountId, false]);

      const credentials = { accessKeyId: accessKey, secretAccessKey: secretKey };
      const iam = new IAMClient({ endpoint: ceph.ceph.endpoint, region: "us-east-1", credentials });
      const UserName = "writer";
      const { User } = await iam.send(new CreateUserCommand({ UserName, Path: "/team/" }));
      assert.equal(User?.Arn, `arn:aws:iam::${accountId}:user/team/writer`);
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
      const theirs = { accessKey: AccessKey?.AccessKeyId ?? "", secretKey: AccessKey?.SecretAccessKey ?? "" };
      assert.equal(await ceph.s3(theirs), "403 AccessDenied");
      await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "all", PolicyDocument: POLICY }));
      assert.equal(await ceph.s3(theirs), "200");

      await story.preview(NO_DRIFT);
      await ceph.ceph.radosgwAdmin("account", "modify", `--account-id=${accountId}`, "--max-users=9");
      const drifted = await story.preview({ args: ["--refresh", "--diff"], expect: 0 });
      assert.match(drifted.stdout, /~ maxUsers: 9 => 20/);
      await story.up({ expect: 0, args: ["--refresh"] });
      await story.preview(NO_DRIFT);
      const { stdout, stderr } = await story.destroy({ expect: 1 });
      assert.match(`${stdout}${stderr}`, /the account has users/);
      await story.up(OK);
      const root = await shown(story);
      const again = new IAMClient({
        endpoint: ceph.ceph.endpoint,
        region: "us-east-1",
        credentials: { accessKeyId: root.accessKey, secretAccessKey: root.secretKey },
      });
      await again.send(new DeleteUserPolicyCommand({ UserName, PolicyName: "all" }));
      await again.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: theirs.accessKey }));
      await again.send(new DeleteUserCommand({ UserName }));
      await story.destroy(OK);
      assert.equal(await ceph.user("media-root"), undefined);
    });
  });
});

async function shown(story: { outputs(options: { showSecrets: true }): Promise<object> }) {
  const outputs = (await story.outputs({ showSecrets: true })) as Record<string, string>;
  const { accountId = "", accessKey = "", secretKey = "" } = outputs;
  return { accountId, accessKey, secretKey };
}
