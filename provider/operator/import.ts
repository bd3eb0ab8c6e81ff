/**
 * Moving existing users in: the content of a file for `pulumi import --file`, which is how Pulumi imports dynamic
 * resources. Nothing on the system is changed; each user's key is proven, so that the next `up` has nothing to do.
 */
import { isDeepStrictEqual } from "node:util";
import { type Backend, type Connection, capabilitiesOf } from "../backends/backend";
import { type Config, openConnection, openedFor } from "../connection";
import { ObjectUserError } from "../errors";
import { type Called, called } from "../lifecycle/called";
import type { Context } from "../lifecycle/context";
import type { Fields, Known, Step } from "../lifecycle/model";
import { plan } from "../lifecycle/plan";
import { reconcile } from "../lifecycle/reconcile";
import { withoutKnown } from "../lifecycle/unfinished";
import { checkInputs, specOf } from "../pulumi/inputs";
import { definedOnly, type Inputs } from "../pulumi/state";
import { world as realWorld, type World } from "../world";
import { type ImportContent, singlesOf } from "./import-content";

/** A user to be moved in. */
export interface Importable {
  /** The resource's name in the program. */
  readonly name: string;
  /**
   * The inputs as the program gives them. Required ones that are left out are taken from the system. For a user without a
   * key `createKey: false` takes the place of a `rotationId`: the program must say the same.
   */
  readonly inputs: Inputs;
}

/** A user as it was found, ready to be written. */
export interface MovedIn {
  readonly name: string;
  readonly known: Known;
  /** What the program has to declare. */
  readonly declared: Inputs;
  /** The same in normal form. */
  readonly inputs: Inputs;
  /** What an `up` would change all the same. */
  readonly left: readonly Step[];
}

/** Makes the file's content for users of one system. Rejects with an ObjectUserError that names the first that cannot be. */
export async function importContentOf(
  backend: Backend,
  config: Config,
  users: readonly Importable[],
  world: World = realWorld,
): Promise<ImportContent> {
  const opened = openConnection(backend, config, world, world.log);
  const moved = await Promise.all(users.map((user) => moveIn(backend, user, opened, { declare: "required" })));
  return singlesOf(backend, moved, opened.s3Endpoint);
}

/**
 * Looks at a user and proves its key. `declare` says which settings are declared besides the given inputs: those that
 * must be, or also those that are not the system's default. Rejects with an ObjectUserError.
 */
export async function moveIn(
  backend: Backend,
  { name, inputs: given }: Importable,
  context: Context & Connection,
  { declare }: { readonly declare: "required" | "differing" },
): Promise<MovedIn> {
  const seen = { ...specOf(backend, given, context.s3Endpoint), adopt: true };
  let showsKeys = false;
  // Without it no key is made anew that S3 refuses.
  const { knowsOtherKeys: _, ...api } = context.api;
  const known = await reconcile(seen, undefined, openedFor({ ...context, api }, backend, given), {
    operation: "importing",
    may(step, sight) {
      showsKeys = !sight.keysAreHidden;
      // To prove a disabled key is to enable it, which is left to the first `up`.
      return step.do === "proveKey" && !sight.known?.inactive?.includes(step.id);
    },
  }).catch(withoutKnown);
  if (known === undefined) throw notThere(seen);
  const { fields } = known;
  const hasNoKey = known.keys.length + known.foreign.length === 0 && showsKeys;
  const mayHaveNone = backend.argNames.includes("createKey") && given.createKey !== true;
  const keyless = hasNoKey && mayHaveNone ? { createKey: false, rotationId: undefined } : {};
  const required = Object.fromEntries(backend.required.map((field) => [field, fields[field]]));
  const settings = declare === "required" ? {} : differing(backend, fields);
  const declared = definedOnly({ ...given, ...required, ...settings, ...given, ...keyless });
  const { inputs, failures } = checkInputs(backend, {}, declared);
  if (failures.length > 0) throw wrongInputs(name, failures);
  const spec = { ...specOf(backend, inputs, context.s3Endpoint), adopt: true };
  return { name, known, declared, inputs, left: plan(spec, known, capabilitiesOf(backend, inputs), context.now()) };
}

/** The settings that are not the system's default, as inputs. */
function differing(backend: Backend, fields: Fields): Inputs {
  const isDefault = (name: string) =>
    isDeepStrictEqual(fields[name], backend.defaults[name] ?? emptyLike(fields[name]));
  return (
    backend.inputsOf?.(fields) ??
    Object.fromEntries(Object.entries(fields).filter(([name]) => backend.argNames.includes(name) && !isDefault(name)))
  );
}

/** What a setting is that nobody has set, where the system has no default. */
function emptyLike(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  return typeof value === "object" ? {} : "";
}

function notThere(spec: Called): ObjectUserError {
  return new ObjectUserError({
    code: "not-found",
    operation: "importing",
    subject: called(spec),
    problem: `there is no such ${spec.noun ?? "user"}`,
    advice: "Check the name.",
  });
}

function wrongInputs(name: string, failures: readonly { property: string; reason: string }[]): ObjectUserError {
  return new ObjectUserError({
    code: "invalid",
    operation: "importing",
    subject: `resource "${name}"`,
    problem: failures.map(({ property, reason }) => `${property} ${reason}`).join("; "),
    advice: "Correct the inputs.",
  });
}
