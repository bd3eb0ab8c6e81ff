/** The types of resources that the plugin has: two for each backend, one user and many. All comes from the table. */
import { backends } from "../backends";
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
  /** The id of every one of them, where that is known before one is made. */
  readonly id?: string;
  open(world: World): ResourceProvider;
}

/** The type of a backend's resource: "object-users:rgw:User". */
export function typeOf(resource: string): string {
  return `${PACKAGE}:${resource.replace(".", ":")}`;
}

/** The kind behind a type; undefined where this release has none. A type is text from outside. */
export function kindOf(type: string): Kind | undefined {
  const [, system = ""] = type.split(":");
  const backend = Object.hasOwn(backends, system) ? backends[system] : undefined;
  if (backend === undefined) return undefined;
  const { kind, resource } = backend;
  if (type === typeOf(resource)) {
    return {
      name: kind,
      backend,
      isFleet: false,
      outputs: outputNames(backend),
      open: (world) => openResource(backend, world),
    };
  }
  if (type !== typeOf(`${resource}s`)) return undefined;
  const outputs = ["credentials", "keys", "endpoint"];
  return {
    name: `${kind}/fleet`,
    backend,
    isFleet: true,
    outputs,
    id: `${resource}s`,
    open: (world) => openFleet(backend, world),
  };
}

/** The type in a URN: the last one of it and its parents. */
export function typeIn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
