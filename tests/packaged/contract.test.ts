/**
 * The contract behind the packaged door: the same stories, by gRPC calls to a plugin in this process. The door differs in
 * what it makes of values and of fleets, not in systems: the short form tells one whose keys we end, one that ends
 * secrets itself, and what has keys only.
 */
import { SINGLE_UNLESS_LONG } from "../backends/adapter";
import { cegedimWith } from "../backends/cegedim";
import { contract } from "../backends/contract";
import { ecsWith } from "../backends/ecs";
import { embedded } from "../backends/rgw";
import { ofSomebodyElse } from "../backends/rgw-access-key";
import { withKeys } from "../backends/rgw-subuser";
import { closePlugins } from "./door";

afterEach(closePlugins);

contract(embedded, "the packaged door");
contract({ ...ecsWith(), shapes: SINGLE_UNLESS_LONG }, "the packaged door");
contract({ ...ofSomebodyElse, shapes: SINGLE_UNLESS_LONG }, "the packaged door");
for (const keyType of ["s3", "swift"] as const)
  contract({ ...withKeys(keyType), shapes: SINGLE_UNLESS_LONG }, "the packaged door");
if (process.env.OBJECT_USERS_LONG) contract(cegedimWith(), "the packaged door");
