/** openstack.User keeps the contract. */
import { contract } from "../backends/contract";
import { keystone } from "../backends/openstack";
import { type Store, storeFor } from "./store";

describe("openstack.User", () => {
  let store: Store;
  before(async function () {
    store = await storeFor(this);
  });

  contract(keystone(() => store));
});
