/**
 * Look-ups as functions of the package: `object-users:rgw:getUser` and `object-users:rgw:listUsers`, and so for each system,
 * by the plugin's own connection. They change nothing, so previews call them, too.
 */
import { backends } from "../backends";
import type { Backend } from "../backends/backend";
import type { Config } from "../connection";
import type { Fields } from "../lifecycle/model";
import { type Found, type LookUps, openLookUps } from "../operator/look-up";
import { withPlainErrors } from "../pulumi/engine";
import { type CheckFailure, checkArguments } from "../pulumi/inputs";
import { asSecret } from "../pulumi/state";
import { hasUnknowns } from "../pulumi/unknowns";
import type { World } from "../world";
import { PACKAGE } from "./kinds";
import { holdsSecret, inClear } from "./marks";
import type { Plain } from "./messages";
import { configOf } from "./settings";

/** What a function answers: a value, or what is wrong with its arguments. */
type Answer = { readonly return: Plain } | { readonly failures: readonly CheckFailure[] };

/** What the plugin does with calls of functions. A call before `configure` is refused. */
export function openFunctions(world: World) {
  /** By system, so that calls that are under way together share a connection. */
  const opened = new Map<string, LookUps>();
  let configured: Config | undefined;

  function lookUpsOf(backend: Backend): LookUps {
    if (configured === undefined) throw new Error("the plugin is not configured yet");
    const found = opened.get(backend.system) ?? openLookUps(backend, configured, world);
    opened.set(backend.system, found);
    return found;
  }

  return {
    configure(args: Plain): void {
      configured = configOf(args);
      opened.clear();
    },

    invoke: (token: string, args: Plain): Promise<Answer> =>
      withPlainErrors(async () => {
        const { backend, name } = functionOf(token);
        const given = Object.entries(inClear(args)).filter(([, value]) => value !== null);
        const { withSecrets = false, ...which } = Object.fromEntries(given);
        const isUser = name === "getUser";
        const failures = wrong(backend, isUser, which, withSecrets);
        if (failures.length > 0) return { failures };
        const lookUps = lookUpsOf(backend);
        const found = isUser
          ? shown(await lookUps.getUser(which as Fields, { withSecrets: withSecrets === true }))
          : { users: await lookUps.listUsers(which as Fields) };
        return { return: holdsSecret(args) ? hidden(found) : found };
      }),
  };
}

/** The function behind a token, which is text from outside. Throws where this release has none. */
function functionOf(token: string): { readonly backend: Backend; readonly name: string } {
  const [own, system = "", name = "", ...more] = token.split(":");
  const backend = Object.hasOwn(backends, system) ? backends[system] : undefined;
  if (own === PACKAGE && more.length === 0 && backend && ["getUser", "listUsers"].includes(name))
    return { backend, name };
  throw new Error(`this release of object-users has no function ${JSON.stringify(token)}`);
}

function wrong(backend: Backend, isUser: boolean, which: Plain, withSecrets: unknown): readonly CheckFailure[] {
  const { locatedBy, locating, listedBy } = backend;
  const open = Object.keys(which).filter((name) => hasUnknowns(which[name]));
  if (open.length > 0) return open.map((property) => ({ property, reason: "is not known yet in a preview" }));
  const isRead = typeof withSecrets === "boolean" && (isUser || !withSecrets);
  const reason = isUser ? "must be true or false" : "is not an argument of this look-up";
  const { failures } = checkArguments(locatedBy, which, isUser ? locating : listedBy);
  return isRead ? failures : [...failures, { property: "withSecrets", reason }];
}

/** A user as programs see it: its settings beside its name. */
function shown({ fields, keys, ...found }: Found): Plain {
  if (keys === undefined) return { ...fields, ...found };
  const marked = keys.map(({ secretKey, ...key }) => (secretKey ? { ...key, secretKey: asSecret(secretKey) } : key));
  return { ...fields, ...found, keys: marked };
}

/** What was found by arguments that are secret: the engine leaves it to the plugin to keep it so. */
function hidden(found: Plain): Plain {
  return Object.fromEntries(Object.entries(inClear(found)).map(([name, value]) => [name, asSecret(value)]));
}
