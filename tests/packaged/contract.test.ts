/** The contract behind the packaged door: the same stories, by gRPC calls to a plugin in this process. */
import { cegedimWith } from "../backends/cegedim";
import { contract } from "../backends/contract";
import { ecsWith } from "../backends/ecs";
import { embedded } from "../backends/rgw";
import { closePlugins } from "./door";

afterEach(closePlugins);

for (const adapter of [embedded, ecsWith(), cegedimWith()]) contract(adapter, "the packaged door");
