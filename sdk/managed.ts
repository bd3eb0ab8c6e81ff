/** How a resource of this package reaches Pulumi, whatever it is. */
import * as pulumi from "@pulumi/pulumi";
import { IDENTITY, identityOf, SECRET_INPUTS, SECRET_NAMES, SECRETS } from "../provider/protocol";
import { doorOf, withoutNulls } from "./door";

/** A resource that the provider manages. */
export abstract class Managed extends pulumi.CustomResource {
  /**
   * `outputs` are what it has besides its arguments.
   * @internal
   */
  protected constructor(
    kind: string,
    type: string,
    name: string,
    args: object,
    outputs: readonly string[],
    opts?: pulumi.CustomResourceOptions,
  ) {
    const door = doorOf(kind, type, (dynamic) => toldToProvider(dynamic, name, args, opts), opts);
    const props = { ...outputsOf(outputs), ...withSecrets(args, SECRET_NAMES), ...door.props };
    const secretOutputs = [...SECRET_NAMES, SECRETS, ...(opts?.additionalSecretOutputs ?? [])];
    const { stackTraceLimit } = Error;
    // Pulumi takes several stack traces for each property, for debugging its own promises, and maps each to its sources:
    // a third of a program's time. The resource's own position in the program is taken with a limit of its own.
    Error.stackTraceLimit = 0;
    try {
      super(door.type, name, props, { ...door.options, additionalSecretOutputs: secretOutputs });
      withoutNulls(this, { ...outputsOf(outputs), ...args });
      const all = this as unknown as Record<string, pulumi.Output<unknown>>;
      for (const secret of SECRET_NAMES.filter((one) => outputs.includes(one)))
        all[secret] = pulumi.secret(all[secret]);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }
}

/** Outputs that a resource has besides those that all have: named, so that Pulumi makes them. */
export function outputsOf(names: readonly string[]): Record<string, undefined> {
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

/**
 * What the provider gets besides the inputs: which resource this is, and which inputs are secrets. No display of Pulumi
 * shows either.
 */
export function toldToProvider(
  type: string,
  name: string,
  args: object,
  opts: pulumi.CustomResourceOptions | undefined,
) {
  const parent = opts?.parent;
  const identity = parent
    ? pulumi.createUrn(name, type, parent).apply(identityOf)
    : identityOf(`urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${type}::${name}`);
  const deferred = Object.entries(args).filter(([, value]) => typeof value === "object" && value !== null);
  const secrets = deferred.length === 0 ? {} : { [SECRET_INPUTS]: secretsAmong(deferred) };
  return { [IDENTITY]: identity, ...secrets };
}

/** The names of values that are secret, in whole or in part; undefined when there is none. */
async function secretsAmong(values: readonly (readonly [string, unknown])[]): Promise<string[] | undefined> {
  const secrets = await Promise.all(
    values.map(async ([name, value]) => ((await pulumi.isSecret(pulumi.output(value))) ? [name] : [])),
  );
  const names = secrets.flat().filter((name) => !SECRET_NAMES.includes(name));
  return names.length === 0 ? undefined : names;
}

/** Arguments, those of some names as secrets. */
export function withSecrets(args: object, names: string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => [
      key,
      names.includes(key) && value !== undefined ? pulumi.secret(value) : value,
    ]),
  );
}
