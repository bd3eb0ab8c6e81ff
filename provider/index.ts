/**
 * The door: the one name that state keeps for ever. Every resource's state holds
 * `require("pulumi-object-users/provider").provider(kind, protocol)`, so that an upgrade of this package reaches
 * resources that exist, and no code lies in state.
 */
import { backends } from "./backends";
import { openResource, type ResourceProvider } from "./resource";

/** The protocol between a resource's state and this package. */
export const PROTOCOL = 1;

/**
 * The dynamic provider for a kind of user, such as "rgw". Throws when the kind or the protocol is not of this release.
 */
export function provider(kind: string, protocol: number): ResourceProvider {
  if (protocol !== PROTOCOL) {
    throw new Error(
      `This state speaks protocol ${protocol} of pulumi-object-users; the installed release speaks protocol ${PROTOCOL}. ` +
        (protocol > PROTOCOL
          ? "Install the release that wrote the state, or a later one."
          : "Install an older release."),
    );
  }
  const backend = backends[kind];
  if (backend === undefined) {
    throw new Error(
      `pulumi-object-users has no users of kind "${kind}"; the installed release has ${Object.keys(backends).join(", ")}. ` +
        "Install the release that wrote the state, or a later one.",
    );
  }
  return openResource(backend);
}
