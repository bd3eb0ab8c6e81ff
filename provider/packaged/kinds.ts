/** The types of resources that the plugin has: one for each kind, and one for many of it where there are fleets. */
import { kinds } from "../backends";
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
  // A kind's name begins with its system: the others need not be loaded.
  const ofSystem = Object.keys(kinds).filter((name) => name.split(".")[0] === system);
  const types = ofSystem.flatMap((name) => typesOf(kinds[name] as Backend));
  return types.find(([own]) => own === type)?.[1];
}

function typesOf(backend: Backend): [type: string, kind: Kind][] {
  const { kind, resource } = backend;
  const single: Kind = {
    name: kind,
    backend,
    isFleet: false,
    outputs: outputNames(backend),
    open: (world) => openResource(backend, world),
  };
  if (backend.isKeyless) return [[typeOf(resource), single]];
  const many: Kind = {
    name: `${kind}/fleet`,
    backend,
    isFleet: true,
    outputs: ["credentials", "keys", "endpoint"],
    id: `${resource}s`,
    open: (world) => openFleet(backend, world),
  };
  return [
    [typeOf(resource), single],
    [typeOf(`${resource}s`), many],
  ];
}

/** The type in a URN: the last one of it and its parents. */
export function typeIn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
