/** The types of resources that the plugin has: one for each kind, and one for many of it where there are fleets. */
import { findResource } from "../backends";
import type { Backend } from "../backends/backend";
import type { ResourceProvider } from "../pulumi/engine";
import { openFleet } from "../pulumi/fleet/fleet";
import { outputNames } from "../pulumi/foresee";
import { openResource } from "../pulumi/resource";
import type { World } from "../world";

/** The package's name, as programs and Pulumi have it. */
export const PACKAGE = "object-users";

/** A type of resource. */
export interface Kind {
  /** What its state names: "rgw", "rgw/fleet". */
  readonly name: string;
  readonly backend: Backend;
  readonly isFleet: boolean;
  /** What programs read of it besides its inputs. */
  readonly outputs: readonly string[];
  /** The id of every one of them, where they have no other. */
  readonly id?: string;
  open(world: World): ResourceProvider;
}

/** The type of a backend's resource: "object-users:rgw:User". */
export function typeOf(resource: string): string {
  return `${PACKAGE}:${resource.replace(".", ":")}`;
}

/** The kind behind a type; undefined where this release has none. A type is text from outside. */
export function kindOf(type: string): Kind | undefined {
  const [own, system = "", name = "", ...more] = type.split(":");
  const found = own === PACKAGE && more.length === 0 ? findResource(system, name) : undefined;
  if (found === undefined) return undefined;
  const { backend, isFleet } = found;
  const { kind, resource } = backend;
  if (!isFleet) {
    const outputs = outputNames(backend);
    return { name: kind, backend, isFleet, outputs, open: (world) => openResource(backend, world) };
  }
  const outputs = ["credentials", "keys", "endpoint"];
  return {
    name: `${kind}/fleet`,
    backend,
    isFleet,
    outputs,
    id: `${resource}s`,
    open: (world) => openFleet(backend, world),
  };
}

/** The type in a URN: the last one of it and its parents. */
export function typeIn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
