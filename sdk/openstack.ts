/** Users of any OpenStack cloud, managed by Keystone's identity API: https://docs.openstack.org/api-ref/identity/v3/ */
import * as pulumi from "@pulumi/pulumi";
import { Fleet, type FleetArgs } from "./fleet";
import {
  type FoundUser as Found,
  getUser as get,
  getUserOutput as getOutput,
  type Inputs,
  type LookUpOptions,
  listUsers as list,
  type SecretsArgs,
} from "./look-up";
import { outputsOf } from "./managed";
import { ConnectionProvider, type LifecycleArgs, ObjectUser, type SettingsOf, type TransportArgs } from "./resource";

export type { FoundKey, LookUpOptions } from "./look-up";
export { AccessKey, type AccessKeyArgs, AccessKeys } from "./openstack-access-key";
export type { Key } from "./resource";

/**
 * Arguments of a connection. Those that are not given come from stack configuration, then from OS_* variables, then from
 * clouds.yaml. One of several alternatives in a stronger source hides the others in weaker ones.
 */
export interface ProviderArgs extends TransportArgs {
  /** An entry of clouds.yaml. Environment: OS_CLOUD. */
  cloud?: pulumi.Input<string>;
  /** The path of clouds.yaml, where clients would not find it. Environment: OS_CLIENT_CONFIG_FILE. */
  cloudsFile?: pulumi.Input<string>;
  /** Keystone's address; /v3 is added where it is missing. Environment: OS_AUTH_URL. */
  authUrl?: pulumi.Input<string>;
  /** An administrator's name. Environment: OS_USERNAME. */
  username?: pulumi.Input<string>;
  /** An administrator's id, instead of the name. Environment: OS_USER_ID. */
  userId?: pulumi.Input<string>;
  /** The administrator's password. Environment: OS_PASSWORD. */
  password?: pulumi.Input<string>;
  /** The domain of the administrator. Default "Default". Environment: OS_USER_DOMAIN_NAME. */
  userDomainName?: pulumi.Input<string>;
  /** Environment: OS_USER_DOMAIN_ID. */
  userDomainId?: pulumi.Input<string>;
  /** A project in which the administrator has its role. Environment: OS_PROJECT_NAME. */
  projectName?: pulumi.Input<string>;
  /** Environment: OS_PROJECT_ID. */
  projectId?: pulumi.Input<string>;
  /** The domain of that project. Default: the administrator's. Environment: OS_PROJECT_DOMAIN_NAME. */
  projectDomainName?: pulumi.Input<string>;
  /** Environment: OS_PROJECT_DOMAIN_ID. */
  projectDomainId?: pulumi.Input<string>;
  /** Instead of a project: the domain in which the administrator has its role. Environment: OS_DOMAIN_NAME. */
  domainName?: pulumi.Input<string>;
  /** Environment: OS_DOMAIN_ID. */
  domainId?: pulumi.Input<string>;
  /** Instead of a project: "all", the whole system. Environment: OS_SYSTEM_SCOPE. */
  systemScope?: pulumi.Input<string>;
  /**
   * Log in with an application credential. It suffices for users. Keystone does not let it touch S3 keys, so
   * the provider makes them with each user's own password, if it knows that. Environment: OS_APPLICATION_CREDENTIAL_ID.
   */
  applicationCredentialId?: pulumi.Input<string>;
  /** Its name, with `username` or `userId`, instead of the id. Environment: OS_APPLICATION_CREDENTIAL_NAME. */
  applicationCredentialName?: pulumi.Input<string>;
  /** Environment: OS_APPLICATION_CREDENTIAL_SECRET. */
  applicationCredentialSecret?: pulumi.Input<string>;
  /** A file with certificates to trust. Environment: OS_CACERT. */
  caFile?: pulumi.Input<string>;
  /** Where users reach S3, and where the provider proves keys. Default: none; the provider proves keys by Keystone. */
  s3Endpoint?: pulumi.Input<string>;
  /** The region in S3 signatures. Default "us-east-1". */
  region?: pulumi.Input<string>;
}

/**
 * A connection to one cloud. Without one, resources use stack configuration (`openstack:authUrl`, …), then the environment.
 *
 * ```ts
 * const cloud = new openstack.Provider("cloud", { cloud: "production", s3Endpoint: "https://s3.example.com" });
 * const alice = new openstack.User("alice", { name: "alice", project: "media" }, { provider: cloud });
 * ```
 */
export class Provider extends ConnectionProvider {
  constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
    super("openstack", name, args, ["password", "applicationCredentialSecret"], opts);
  }
}

/** Inputs of a user, in Keystone's words. */
export interface UserArgs extends LifecycleArgs {
  /** The user's name, unique in its domain. It can be changed; the user keeps its id, keys and password. */
  name: pulumi.Input<string>;
  /** The domain's name or id. Default "Default". A change replaces the user. */
  domain?: pulumi.Input<string>;
  /** The name of the project that the keys open. In another project the user gets a new key, and the old one ends immediately. */
  project?: pulumi.Input<string>;
  /** The project's id, instead of `project`; also for projects of another domain. */
  projectId?: pulumi.Input<string>;
  /** Exactly the roles that the user is to have in the project. Default ["member"]. Roles elsewhere are left alone. */
  roles?: pulumi.Input<pulumi.Input<string>[]>;
  /** Free text, at most 1000 characters. */
  description?: pulumi.Input<string>;
  /** The user's e-mail address; Keystone neither checks nor uses it. */
  email?: pulumi.Input<string>;
  /** False locks the user: no login and no key works. All work again once it is true. Default true. */
  enabled?: pulumi.Input<boolean>;
  /** The user's own password. Default: the provider makes one, see the output. A new password revokes no S3 keys. */
  password?: pulumi.Input<string>;
  /** A new value makes a new password, where none is given. It does not touch S3 keys. */
  passwordRotationId?: pulumi.Input<string>;
  /** False: make the user without an S3 key. Default true. */
  createKey?: pulumi.Input<boolean>;
}

/**
 * A user of an OpenStack cloud, with its current S3 key as outputs.
 *
 * ```ts
 * const alice = new openstack.User("alice", { name: "alice", project: "media", rotationId: "2026-q4" });
 * export const { accessKey, secretKey } = alice;
 * ```
 */
export class User extends ObjectUser {
  /** The password, given or made; absent for a user that was adopted with the one it has. Secret. */
  declare readonly password: pulumi.Output<string | undefined>;
  /** The user's name. */
  declare readonly name: pulumi.Output<string>;
  /** Free text. */
  declare readonly description: pulumi.Output<string>;
  /** The user's e-mail address; empty without one. */
  declare readonly email: pulumi.Output<string>;
  /** Whether the user and its keys work. */
  declare readonly enabled: pulumi.Output<boolean>;
  /** The user's roles in the project. */
  declare readonly roles: pulumi.Output<string[]>;
  /** The name of the project that the keys open. */
  declare readonly project: pulumi.Output<string>;
  /** The id of that project, which S3 shows as the owner of buckets. */
  declare readonly projectId: pulumi.Output<string>;

  constructor(name: string, args: UserArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = outputsOf(["password", ...SETTINGS]);
    super("openstack", "openstack:User", name, { ...outputs, ...args }, opts);
    this.password = pulumi.secret(this.password);
  }
}

const SETTINGS = ["name", "description", "email", "enabled", "project", "projectId", "roles"] as const;

/** A user's settings as found. */
export type Settings = SettingsOf<User, (typeof SETTINGS)[number]>;

/** Many users of an OpenStack cloud as one resource. */
export class Users extends Fleet<Settings> {
  constructor(name: string, args: FleetArgs<UserArgs>, opts?: pulumi.CustomResourceOptions) {
    super("openstack", "openstack:Users", name, args, SETTINGS, opts);
  }
}

/** Which user. */
export interface GetUserArgs extends SecretsArgs {
  /** The user's name. */
  name: string;
  /** The domain's name or id. Default "Default". */
  domain?: string;
}

/** What a look-up shows of a user. Its keys only where the login may see them. */
export type FoundUser = Found<Settings>;

/**
 * Looks up a user that nobody need manage here. Changes nothing. Runs in previews, too. Fails when there is no such user.
 *
 * ```ts
 * const { userId, keys } = await openstack.getUser({ name: "alice" });
 * ```
 */
export function getUser(args: GetUserArgs, opts: LookUpOptions = {}): Promise<FoundUser> {
  return get("openstack", args, opts);
}

/** The same with arguments that may be outputs. With `withSecrets`, all of the output is secret. */
export function getUserOutput(
  args: Inputs<GetUserArgs>,
  opts: LookUpOptions = {},
): pulumi.Output<pulumi.Unwrap<FoundUser>> {
  return getOutput("openstack", args, opts);
}

/** The users of a domain without the one that is logged in, each as the arguments of `getUser`. */
export function listUsers(
  { domain = "Default" }: Pick<GetUserArgs, "domain"> = {},
  opts: LookUpOptions = {},
): Promise<Omit<GetUserArgs, keyof SecretsArgs>[]> {
  return list("openstack", { domain }, opts);
}
