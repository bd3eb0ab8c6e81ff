// The examples that belong to guides, as they stand: examples/sweep with its npm script, and examples/two-clusters.

import assert from "node:assert/strict";
import path from "node:path";
import { isolatedEnv } from "../real/cli";
import { needCli } from "../real/needs";
import { openStack, REPOSITORY, type Stack } from "../real/pulumi";
import { bash, type Cluster, openCluster } from "./reader";

const OK = { expect: 0 };
const example = (name: string) => path.join(REPOSITORY, "examples", name);

describe("the examples of the guides", function () {
  this.timeout(200_000);
  const clusters: Cluster[] = [];
  let stack: Stack | undefined;

  before(function () {
    return needCli(this);
  });
  afterEach(async () => {
    await stack?.dispose();
    await Promise.all(clusters.splice(0).map(({ served }) => served.close()));
  });
  const another = async () => {
    const cluster = await openCluster();
    clusters.push(cluster);
    return cluster;
  };

  it("sweep: `npm run sweep` revokes what is over", async () => {
    const cluster = await another();
    const opened = await openStack({ program: example("sweep"), env: cluster.env });
    stack = opened;
    await opened.setConfig("gracePeriodSeconds", "1");
    await opened.up(OK);
    await opened.setConfig("rotationId", "second");
    await opened.up(OK);
    const former = String((await opened.outputs()).previousAccessKey);
    const secret = cluster.gateway.user("backup")?.keys.get(former);
    assert.equal(cluster.s3(former, secret), 200);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // the grace itself
    const own = isolatedEnv(opened.cli, path.dirname(opened.directory));
    const commands = path.join(path.dirname(opened.directory), "bin");
    await bash(
      `mkdir -p "${commands}" && ln -s "${path.join(REPOSITORY, "dist/cli/main.js")}" "${commands}/object-users"`,
      "/",
      own,
    );
    const PATH = [commands, path.dirname(opened.cli.command), own.PATH].join(path.delimiter);
    const ran = await bash("npm run --silent sweep", opened.directory, { ...own, ...cluster.env, PATH });
    assert.equal(ran.code, 0, ran.said);
    assert.match(ran.out, new RegExp(`key ${former} revoked and refused by S3`));
    assert.equal(cluster.s3(former, secret), 403);
  });

  it("two-clusters: the same user on both, each with a secret of its own", async () => {
    const [east, west] = [await another(), await another()];
    const opened = await openStack({ program: example("two-clusters") });
    stack = opened;
    for (const [place, { env }] of Object.entries({ east, west })) {
      await opened.setConfig(`${place}:endpoint`, env.RADOSGW_ENDPOINT ?? "");
      await opened.setConfig(`${place}:accessKey`, env.RADOSGW_ACCESS_KEY ?? "");
      await opened.setConfig(`${place}:secretKey`, env.RADOSGW_SECRET_KEY ?? "", { secret: true });
    }
    await opened.up(OK);
    const { credentials } = (await opened.outputs({ showSecrets: true })) as {
      credentials: Record<"east" | "west", { accessKey: string; secretKey: string }>;
    };
    assert.equal(east.s3(credentials.east.accessKey, credentials.east.secretKey), 200);
    assert.equal(west.s3(credentials.west.accessKey, credentials.west.secretKey), 200);
    assert.notEqual(credentials.east.secretKey, credentials.west.secretKey);
    await opened.destroy(OK);
    assert.deepEqual([...east.gateway.users(), ...west.gateway.users()], []);
  });
});
