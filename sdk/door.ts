/**
 * Which of the two providers a program's resources go through: Pulumi's plugin for dynamic resources, the default, or this
 * project's packaged plugin. Both do the same and write the same state; each set of types has the other one as an alias, so
 * that a stack may change from one to the other.
 */
import * as pulumi from "@pulumi/pulumi";
import { handlerOf } from "../provider/protocol";

/** The package's name, as Pulumi has it: of the plugin, and of its stack configuration. */
const PACKAGE = "object-users";

/** The environment variable and the key of stack configuration that choose. The variable counts more. */
const VARIABLE = "OBJECT_USERS_DOOR";
const KEY = `${PACKAGE}:door`;

/** What a resource is registered with, besides what its class says. */
export interface Door {
  readonly type: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly options: pulumi.CustomResourceOptions;
}

/** Whether resources go through the packaged plugin. Throws where the choice is neither. */
export function isPackaged(): boolean {
  const chosen = process.env[VARIABLE] || pulumi.runtime.getConfig(KEY) || "dynamic";
  if (chosen === "packaged" || chosen === "dynamic") return chosen === "packaged";
  throw new Error(`${VARIABLE} or ${KEY} is ${JSON.stringify(chosen)}; it must be "packaged" or "dynamic"`);
}

/** How a resource of a type such as "rgw:User" reaches the provider. `told`: what only the dynamic provider must be told. */
export function doorOf(
  kind: string,
  type: string,
  told: (type: string) => Readonly<Record<string, unknown>>,
  opts: pulumi.CustomResourceOptions | undefined,
): Door {
  const dynamic = `pulumi-nodejs:dynamic/${PACKAGE}/${type}`;
  const packaged = `${PACKAGE}:${type}`;
  if (!isPackaged()) {
    const props = { ...told(dynamic), __provider: handlerOf(kind) };
    return { type: dynamic, props, options: pulumi.mergeOptions(opts, { aliases: formerly(packaged, opts) }) };
  }
  refuseForgottenSettings(type, packaged, opts);
  const options = { aliases: formerly(dynamic, opts), version: version() };
  return { type: packaged, props: {}, options: pulumi.mergeOptions(options, opts ?? {}) };
}

/** The aliases of a resource that had the other type: under its name of today, and under each that the program gives. */
function formerly(type: string, opts: pulumi.CustomResourceOptions | undefined): pulumi.Alias[] {
  const others = (opts?.aliases ?? []).flatMap((alias) =>
    typeof alias === "object" && !pulumi.Output.isInstance(alias) && !("then" in alias) && alias.type === undefined
      ? [{ ...alias, type }]
      : [],
  );
  return [{ type }, ...others];
}

/**
 * What the program reads of a resource. The packaged plugin says null of what is known to be absent; programs get undefined
 * through both doors.
 */
export function withoutNulls(resource: object, outputs: Readonly<Record<string, unknown>>): void {
  if (!isPackaged()) return;
  const all = resource as Record<string, pulumi.Output<unknown>>;
  for (const [name, given] of Object.entries(outputs)) {
    if (given === undefined) all[name] = (all[name] as pulumi.Output<unknown>).apply((value) => value ?? undefined);
  }
}

/** How a connection is registered: the package that it belongs to, its arguments and its options. */
export function connectionOf(kind: string, settings: Readonly<Record<string, unknown>>, opts?: pulumi.ResourceOptions) {
  if (isPackaged()) {
    return {
      package: PACKAGE,
      props: { [kind]: settings },
      options: pulumi.mergeOptions({ version: version() }, opts),
    };
  }
  const props = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`${kind}:${name}`, value]));
  return { package: "pulumi-nodejs", props, options: opts };
}

/**
 * Pulumi hands a packaged plugin the configuration under its own name only. Settings under the other provider's name would be
 * ignored, and those of the environment taken instead, which may lead to another system.
 */
function refuseForgottenSettings(type: string, packaged: string, opts: pulumi.CustomResourceOptions | undefined): void {
  const [system = ""] = type.split(":");
  if (opts?.provider ?? opts?.parent?.getProvider(packaged)) return;
  const all = Object.keys(pulumi.runtime.allConfig());
  const [forgotten] = all.filter((key) => key.startsWith(`${system}:`));
  if (forgotten === undefined || all.some((key) => key === `${PACKAGE}:${system}`)) return;
  const name = forgotten.slice(system.length + 1);
  throw new Error(
    `The stack configuration has ${forgotten}, which the packaged plugin cannot see: it reads ${PACKAGE}:${system}. ` +
      `Set what stands under ${system}: there, too: pulumi config set --path ${PACKAGE}:${system}.${name} …`,
  );
}

/** What stack configuration says of a setting such as "rgw:endpoint", under the name that it has behind the chosen door. */
export function configured(key: string): unknown {
  if (!isPackaged()) return pulumi.runtime.getConfig(key);
  const [system = "", name = ""] = key.split(":");
  const text = pulumi.runtime.getConfig(`${PACKAGE}:${system}`);
  return text === undefined ? undefined : (JSON.parse(text) as Record<string, unknown>)[name];
}

/** The plugin's version, which is this package's. */
function version(): string {
  return (require("pulumi-object-users/package.json") as { version: string }).version;
}
