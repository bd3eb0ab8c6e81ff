// The provider of a kind of user in a world that a test owns.

import { backends } from "../../provider/backends";
import { openFleet } from "../../provider/pulumi/fleet/fleet";
import { openResource, type ResourceProvider } from "../../provider/pulumi/resource";
import type { World } from "../../provider/world";

/** Opens it as Pulumi's plugin does. */
export function openBackend(kindAndForm: string, world: World): ResourceProvider {
  const [kind = "", form] = kindAndForm.split("/");
  const backend = backends[kind];
  if (backend === undefined) throw new Error(`there are no users of kind ${kind}`);
  return form === "fleet" ? openFleet(backend, world) : openResource(backend, world);
}
