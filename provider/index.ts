/**
 * The door: the one name that state keeps for ever. Every resource's state holds
 * `require("pulumi-object-users/provider").provider(kind, protocol)`, so that an upgrade of this package reaches
 * resources that exist, and no code lies in state.
 */
import { backends, findBackend } from "./backends";
import type { Backend } from "./backends/backend";
import { type Importable, importContentOf } from "./operator/import";
import type { ImportContent } from "./operator/import-content";
import { type LookUps, openLookUps } from "./operator/look-up";
import { printable } from "./printable";
import type { ResourceProvider } from "./pulumi/engine";
import { openFleet } from "./pulumi/fleet/fleet";
import { openResource } from "./pulumi/resource";
import { world } from "./world";

export { type ErrorCode, ObjectUserError } from "./errors";
export type { Importable } from "./operator/import";
export type { ImportContent } from "./operator/import-content";
export type { Found, FoundKey, LookUps } from "./operator/look-up";
export type { ResourceProvider } from "./pulumi/engine";

/** The protocol between a resource's state and this package. */
export const PROTOCOL = 1;

/**
 * The dynamic provider for a kind of user, such as "rgw", or for a fleet of them, "rgw/fleet". Throws when the kind or the protocol is not of this release.
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
  const [user = "", many] = kind.split("/");
  return many === "fleet" ? openFleet(backendOf(user)) : openResource(backendOf(kind));
}

/**
 * The content of a file for `pulumi import --file FILE --generate-code=false`, for users that exist already. Changes
 * nothing on the system. `settings` are the connection's, by name: `{ endpoint, accessKey, secretKey }`; what is left out
 * comes from the environment. The content holds secret keys in clear: write it where only you can read it, and delete it.
 *
 * Rejects with an ObjectUserError when a user is not there, an input is wrong or a key is not accepted.
 */
export async function importContent(
  kind: string,
  settings: Readonly<Record<string, unknown>>,
  users: readonly Importable[],
): Promise<ImportContent> {
  const get = (key: string) => settings[key.slice(key.indexOf(":") + 1)];
  return importContentOf(backendOf(kind), { get }, users);
}

/**
 * The look-ups of a kind of user. `get` gives the settings of the connection by their names, "rgw:endpoint"; what it leaves
 * out comes from the environment. `log` is told what people should know, never a secret.
 */
export function lookUps(kind: string, get: (key: string) => unknown, log: (line: string) => void): LookUps {
  return openLookUps(backendOf(kind), { get }, { ...world, log: (line) => log(printable(line)) });
}

function backendOf(kind: string): Backend {
  const backend = findBackend(kind);
  if (backend) return backend;
  throw new Error(
    `pulumi-object-users has no users of kind "${kind}"; the installed release has ${Object.keys(backends).join(", ")}. ` +
      "Install the release that wrote the state, or a later one.",
  );
}
