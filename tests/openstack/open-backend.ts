// The provider of a kind of user in a world that a test owns.

import { backends } from "../../provider/backends";
import { openResource, type ResourceProvider } from "../../provider/resource";
import type { World } from "../../provider/world";

/** Opens it as Pulumi's plugin does. */
export function openBackend(kind: string, world: World): ResourceProvider {
  const backend = backends[kind];
  if (backend === undefined) throw new Error(`there are no users of kind ${kind}`);
  return openResource(backend, world);
}
