/**
 * Look-ups: what is on a system, read by the program itself, in previews too. They take the connection that a resource
 * would take: the `provider` option, else that of the `parent`, else stack configuration, then the environment.
 */
import * as pulumi from "@pulumi/pulumi";
import { configured } from "./door";
import { ConnectionProvider } from "./resource";

type Provider = typeof import("../provider");
type LookUps = ReturnType<Provider["lookUps"]>;

/** How a look-up finds its connection. */
export interface LookUpOptions {
  /** The connection. Default: that of `parent`, else stack configuration and the environment. */
  provider?: pulumi.ProviderResource;
  /** The resource whose provider counts where none is given. */
  parent?: pulumi.Resource;
}

/** Whether a look-up shows secrets. */
export interface SecretsArgs {
  /** Read the secrets of keys, too, where the system shows them. They are Pulumi's secrets then. Default false. */
  withSecrets?: boolean;
}

/** A key that a look-up found. */
export interface FoundKey {
  /** Tells the user's keys apart; the access key itself where every key has one of its own. */
  id: string;
  accessKey: string;
  /** When it was made, ISO 8601 in UTC, where the system tells. */
  issuedAt?: string;
  /** Somebody has disabled it: S3 refuses it. */
  inactive?: true;
  /** With `withSecrets`, where the system shows it. Secret. */
  secretKey?: pulumi.Output<string>;
}

/** A user that a look-up found: its settings, and what is known of its keys. */
export type FoundUser<Settings> = Settings & {
  /** The user's full name on the system. */
  userId: string;
  /** Absent where the system does not list keys, or not to this login. */
  keys?: FoundKey[];
  /** When the user was made, as the system says it, where it does. */
  createdAt?: string;
};

/** Arguments that may be outputs. */
export type Inputs<Args> = { [name in keyof Args]: pulumi.Input<Args[name]> };

/** Looks up one user. Rejects when there is none. */
export async function getUser<Settings>(
  kind: string,
  { withSecrets = false, ...given }: SecretsArgs & object,
  opts: LookUpOptions,
): Promise<FoundUser<Settings>> {
  const lookUps = await connected(kind, opts);
  const { fields, keys, ...found } = await lookUps.getUser(given, { withSecrets });
  const shown = keys?.map(({ secretKey, ...key }) =>
    secretKey === undefined ? key : { ...key, secretKey: pulumi.secret(secretKey) },
  );
  return { ...fields, ...found, ...(shown === undefined ? {} : { keys: shown }) } as FoundUser<Settings>;
}

/** Looks up one user when the arguments are known. With secrets, all of the output is secret. */
export function getUserOutput<Settings>(
  kind: string,
  args: Inputs<SecretsArgs & object>,
  opts: LookUpOptions,
): pulumi.Output<pulumi.Unwrap<FoundUser<Settings>>> {
  const known = pulumi.all([pulumi.output(args), settingsOf(opts), idsBehind(args)]);
  return known.apply(([given]) => pulumi.output(getUser<Settings>(kind, given as SecretsArgs, opts)));
}

/**
 * The ids of the resources that arguments come from. In a preview a resource that is not made yet has none, even where its
 * outputs are known: nobody finds its user then.
 */
function idsBehind(args: object): pulumi.Output<string[]> {
  const { allResources } = pulumi.output(args) as unknown as { allResources(): Promise<Set<pulumi.Resource>> };
  const idsOf = (all: Set<pulumi.Resource>) => [...all].filter(pulumi.CustomResource.isInstance).map(({ id }) => id);
  return pulumi.output(allResources().then(idsOf));
}

/** Lists the users of a place, each as the arguments of `getUser`. */
export async function listUsers<Args>(kind: string, place: object, opts: LookUpOptions): Promise<Args[]> {
  const lookUps = await connected(kind, opts);
  return (await lookUps.listUsers({ ...place })) as Args[];
}

/** Look-ups by connection, so that those that are under way together share one. */
const opened = new Map<string, LookUps>();

async function connected(kind: string, opts: LookUpOptions): Promise<LookUps> {
  const settings = await known(kind, settingsOf(opts));
  const get = (key: string) => settings?.[key] ?? configured(key);
  const { lookUps } = require("../provider") as Provider;
  // A text for a map's key, which leaves this process as little as the settings themselves do.
  const key = JSON.stringify([kind, settings, pulumi.runtime.allConfig()]);
  const found = opened.get(key) ?? lookUps(kind, get, (line) => void pulumi.log.info(line));
  opened.set(key, found);
  return found;
}

/** The arguments of the provider that counts; none where there is none. */
function settingsOf({ provider, parent }: LookUpOptions): pulumi.Output<Record<string, unknown> | undefined> {
  const inherited =
    parent?.getProvider("object-users:index:Resource") ?? parent?.getProvider("pulumi-nodejs:dynamic:Resource");
  const counts = provider ?? inherited;
  return pulumi.output(counts instanceof ConnectionProvider ? counts.settings : undefined);
}

/** The value of an output. Rejects when it is not known yet: whoever waits for it in a preview waits for ever. */
async function known<T>(kind: string, output: pulumi.Output<T>): Promise<T> {
  const { isKnown } = output as unknown as { readonly isKnown: Promise<boolean> };
  if (!(await isKnown)) {
    throw new Error(`${kind}: the settings of this provider are not known yet in a preview; use getUserOutput.`);
  }
  return new Promise((resolve) => {
    output.apply((value): void => resolve(value));
  });
}
