/**
 * Random walks on a real Keystone with a real S3 gateway: openstack.User and openstack.AccessKey, and infomaniak.User behind the stand-in of its
 * account API. The walker is that of tests/walk.
 *
 * OBJECT_USERS_WALKS=200 goes more of them, OBJECT_USERS_SEED=… the same ones again.
 */
import { infomaniak } from "../walk/systems/infomaniak";
import { openstack } from "../walk/systems/openstack";
import { openstackKeys } from "../walk/systems/openstack-access-key";
import { describeWalks } from "../walk/walk";
import { type Store, storeFor } from "./store";

describe("a real Keystone", () => {
  let store: Store;
  before(async function () {
    store = await storeFor(this);
  });

  // A shorter walk takes as long as this one.
  describeWalks(
    openstack(() => store),
    1,
    { endOnFailure: true },
  );
  describeWalks(
    openstackKeys(() => store),
    1,
    { endOnFailure: true },
  );
  describeWalks(
    infomaniak(() => store),
    1,
    { endOnFailure: true },
  );
});
