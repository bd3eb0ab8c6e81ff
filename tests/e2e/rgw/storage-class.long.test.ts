// A storage class other than STANDARD, in the form that each release takes it: set with the user, drift, another one.

import assert from "node:assert/strict";
import { needCeph } from "../../real/needs";
import { type Cluster, cluster, describeReleases, sharedClusters } from "./cluster";
import { NO_DRIFT, OK, openStory, type Story } from "./story";

const PLACEMENT = "default-placement";
const CLASSES = ["STANDARD", "COLD"] as const;
const programOf = (defaultStorageClass: string) => ({
  user: { uid: "classy", displayName: "Classy", defaultPlacement: PLACEMENT, defaultStorageClass },
});

sharedClusters();

describeReleases("the storage class of rgw.User", function (release) {
  this.timeout(120_000);
  let ceph: Cluster;
  let story: Story;
  const stored = async () => {
    const user = (await ceph.user("classy")) as
      | { default_placement: string; default_storage_class: string }
      | undefined;
    // Ceph's word for the standard class is none.
    return [user?.default_placement, user?.default_storage_class || CLASSES[0]];
  };

  before(async function () {
    await needCeph(this, { cli: true, release });
    ceph = await cluster("one", release);
    const storageClass = [`--placement-id=${PLACEMENT}`, `--storage-class=${CLASSES[1]}`];
    const { radosgwAdmin } = ceph.ceph;
    await radosgwAdmin("zonegroup", "placement", "add", "--rgw-zonegroup=default", ...storageClass);
    const pool = "--data-pool=default.rgw.buckets.cold";
    await radosgwAdmin("zone", "placement", "add", "--rgw-zone=default", ...storageClass, pool);
    await ceph.ceph.restartGateway();
    story = await openStory({ env: ceph.env });
  });
  after(() => story?.end());

  it("is set with the user, and is no drift then", async () => {
    story.declare(programOf(CLASSES[1]));
    await story.up(OK);
    assert.deepEqual(await stored(), [PLACEMENT, CLASSES[1]]);
    await story.preview(NO_DRIFT);
  });

  it("is changed, and changed back by name when somebody else changes it", async () => {
    story.declare(programOf(CLASSES[0]));
    await story.up(OK);
    assert.deepEqual(await stored(), [PLACEMENT, CLASSES[0]]);
    const others: Record<string, string> =
      release < 20
        ? { "default-placement": `${PLACEMENT}/${CLASSES[1]}` }
        : { "default-placement": PLACEMENT, "default-storage-class": CLASSES[1] };
    await ceph.admin("POST", { uid: "classy", ...others });
    assert.deepEqual(await stored(), [PLACEMENT, CLASSES[1]]);
    const { code, stdout } = await story.preview({ args: ["--refresh", "--expect-no-changes"] });
    assert.notEqual(code, 0);
    assert.match(stdout, /defaultStorageClass/);
    await story.up({ ...OK, args: ["--refresh"] });
    assert.deepEqual(await stored(), [PLACEMENT, CLASSES[0]]);
    await story.destroy(OK);
  });
});
