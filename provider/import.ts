/**
 * Moving existing users in: the content of a file for `pulumi import --file`, which is how Pulumi imports dynamic
 * resources. Nothing on the system is changed; each user's key is proven, so that the next `up` has nothing to do.
 */
import type { Backend } from "./backends/backend";
import { type Config, openConnection } from "./connection";
import { ObjectUserError } from "./errors";
import { checkInputs, specOf } from "./inputs";
import { applyStep } from "./lifecycle/apply";
import type { Known } from "./lifecycle/model";
import { firstSight } from "./lifecycle/observe";
import { plan } from "./lifecycle/plan";
import { definedOnly, type Inputs, type Outputs, SECRET_NAMES, SECRET_SIGNATURE, write } from "./state";
import { world as realWorld, type World } from "./world";

/** A user to be moved in. */
export interface Importable {
  /** The resource's name in the program. */
  readonly name: string;
  /**
   * The inputs as the program gives them. Required ones that are left out are taken from the system, and `createKey:
   * false` is added for a user without a key: the program must say the same.
   */
  readonly inputs: Inputs;
}

/** The content of a file for `pulumi import --file`. It holds secret keys in clear: keep it private, delete it after use. */
export interface ImportContent {
  readonly resources: readonly {
    readonly type: string;
    readonly name: string;
    readonly id: string;
    readonly inputs: Inputs;
    readonly outputs: Outputs;
  }[];
}

/** Makes the file's content for users of one system. Rejects with an ObjectUserError that names the first that cannot be. */
export async function importContentOf(
  backend: Backend,
  config: Config,
  users: readonly Importable[],
  world: World = realWorld,
): Promise<ImportContent> {
  const __provider = handlerOf(backend.kind);
  const type = `pulumi-nodejs:dynamic/object-users/${backend.resource.replace(".", ":")}`;
  const opened = openConnection(backend, config, world, world.log);
  const resources = await Promise.all(
    users.map(async ({ name, inputs: given }) => {
      const found = await opened.api.find({ name: backend.specOf(given).name });
      if (found === undefined) throw notThere(backend.specOf(given).name);
      const keyless = found.keys?.length === 0 ? { createKey: false } : {};
      const required = Object.fromEntries(backend.required.map((field) => [field, found.fields[field]]));
      const { inputs, failures } = checkInputs(backend, {}, { ...required, ...keyless, ...given });
      if (failures.length > 0) throw wrongInputs(name, failures);
      const spec = { ...specOf(backend, inputs, opened.s3Endpoint), adopt: true };
      let known: Known = firstSight(found, spec, backend.defaults, { takenOver: true });
      for (const step of plan(spec, known, backend.capabilities, world.now())) {
        if (step.do === "proveKey") known = await applyStep(step, spec, known, opened);
      }
      const outputs = write(known, inputs, opened.s3Endpoint, backend);
      const plain = { type, name, id: known.userId };
      return { ...plain, inputs: asSecrets({ ...inputs, __provider }), outputs: asSecrets({ ...outputs, __provider }) };
    }),
  );
  return { resources };
}

/** The text by which state names the provider; the SDK writes the same. */
function handlerOf(kind: string): string {
  return `exports.handler = () => require("pulumi-object-users/provider").provider(${JSON.stringify(kind)}, 1);`;
}

/** Secrets in the form that `pulumi import` encrypts. */
function asSecrets(values: Outputs): Outputs {
  const marked = SECRET_NAMES.filter((name) => typeof values[name] === "string").map((name) => [
    name,
    { ...SECRET_SIGNATURE, plaintext: JSON.stringify(values[name]) },
  ]);
  return definedOnly({ ...values, ...Object.fromEntries(marked) });
}

function notThere(name: string): ObjectUserError {
  return new ObjectUserError({
    code: "not-found",
    operation: "importing",
    subject: `user "${name}"`,
    problem: "there is no such user",
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
