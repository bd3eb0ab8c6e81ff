/** The two files by which OpenStack's clients log in with a user's password: openrc and clouds.yaml. */
import * as pulumi from "@pulumi/pulumi";
import { matching, oneLine } from "./login";

/** Anything that can log in to OpenStack: an openstack.User, an infomaniak.User, or a member of a fleet with `username` given. */
export interface PasswordHolder {
  /** The password, given or made. */
  readonly password: pulumi.Input<string | undefined>;
  /** The user's id in Keystone. */
  readonly userId?: pulumi.Input<string | undefined> | undefined;
  /** The user's name in Keystone where its `userId` is another system's: an infomaniak.User has it. */
  readonly openStackName?: pulumi.Input<string | undefined> | undefined;
}

/** Where and as whom, in the words of OpenStack's clients. */
export interface OpenStackOptions {
  /** Keystone: "https://keystone.example.com/v3". */
  readonly authUrl: pulumi.Input<string>;
  /** The project by its id, such as `alice.projectId` of an openstack.User. This or `projectName` is needed. */
  readonly projectId?: pulumi.Input<string | undefined>;
  /** The project by its name, in the domain `projectDomainName`. */
  readonly projectName?: pulumi.Input<string | undefined>;
  /** The domain of a project that is given by its name. Default "Default". */
  readonly projectDomainName?: pulumi.Input<string | undefined>;
  /** The user by its name, in the domain `userDomainName`. Default: the user's `openStackName`, else its id. */
  readonly username?: pulumi.Input<string | undefined>;
  /** The domain of a user that is given by its name. Default "Default". */
  readonly userDomainName?: pulumi.Input<string | undefined>;
  /** The region, where the cloud has more than one. */
  readonly region?: pulumi.Input<string | undefined>;
}

/** What clouds.yaml also needs. */
export interface CloudsYamlOptions extends OpenStackOptions {
  /** The entry's name, for `--os-cloud NAME` and OS_CLOUD: letters, digits and - _ . @ characters. */
  readonly cloud: pulumi.Input<string>;
}

/**
 * A shell script that sets the OS_* variables for a user's login. Load it by `. ./FILE` in a shell. The `openstack`
 * command and other clients of keystoneauth read the variables.
 *
 * ```ts
 * export const rc = config.openrc(alice, { authUrl: "https://keystone.example.com/v3", projectId: alice.projectId });
 * ```
 *
 * The text is secret. Fails for a user without a password (adopted with the password it has, or invited), without a
 * project, and for values with a line break.
 */
export function openrc(user: PasswordHolder, options: OpenStackOptions): pulumi.Output<string> {
  return loginOf("config.openrc", user, options).apply(({ region_name, ...auth }) => {
    const all = { ...auth, region_name, identity_api_version: "3" };
    return Object.entries(all)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `export OS_${name.toUpperCase()}='${value?.replaceAll("'", "'\\''")}'\n`)
      .join("");
  });
}

/**
 * A clouds.yaml with one cloud for a user's login. openstacksdk, the `openstack` command and other clients read it in
 * `./clouds.yaml`, `~/.config/openstack/clouds.yaml` or OS_CLIENT_CONFIG_FILE.
 *
 * ```ts
 * const login = { cloud: "media", authUrl: "https://keystone.example.com/v3", projectId: alice.projectId };
 * export const clouds = config.cloudsYaml(alice, login);
 * ```
 *
 * The text is secret. Fails as `openrc` does, and for a cloud with other characters.
 */
export function cloudsYaml(user: PasswordHolder, options: CloudsYamlOptions): pulumi.Output<string> {
  const writer = "config.cloudsYaml";
  const { cloud, ...rest } = options;
  return pulumi.all([loginOf(writer, user, rest), cloud]).apply(async ([{ region_name, ...auth }, cloud]) => {
    const name = matching(writer, "cloud", cloud, /^[\w.@-]+$/);
    const entry = { auth, region_name, identity_api_version: "3" };
    // Loaded late: most programs write no YAML. Clients read YAML 1.1, where an unquoted `yes` or `012` is no text.
    const { stringify } = await import("yaml");
    return stringify(
      { clouds: { [name]: entry } },
      { version: "1.1", defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 },
    );
  });
}

/** A login in keystoneauth's words, which clouds.yaml has as they are and OS_* variables in capitals. */
interface KeystoneLogin {
  readonly auth_url: string;
  readonly user_id?: string | undefined;
  readonly username?: string | undefined;
  readonly user_domain_name?: string | undefined;
  readonly password: string;
  readonly project_id?: string | undefined;
  readonly project_name?: string | undefined;
  readonly project_domain_name?: string | undefined;
  readonly region_name?: string | undefined;
}

function loginOf(writer: string, user: PasswordHolder, options: OpenStackOptions): pulumi.Output<KeystoneLogin> {
  const name = options.username ?? user.openStackName;
  const given = pulumi.all([user.password, user.userId, name, pulumi.output(options)]);
  return pulumi.secret(given).apply(([password, userId, username, where]) => {
    if (!password)
      throw new Error(
        `${writer}: this user has no password here. An adopted or invited user keeps its own; give it one.`,
      );
    if (!username && !userId)
      throw new Error(`${writer}: the user's name is not known. Give it with the option username.`);
    if (!where.projectId && !where.projectName)
      throw new Error(`${writer}: the project is not known. Give it with the option projectId or projectName.`);
    const login = {
      auth_url: where.authUrl,
      ...(username ? { username, user_domain_name: where.userDomainName ?? "Default" } : { user_id: userId }),
      password,
      ...(where.projectId
        ? { project_id: where.projectId }
        : { project_name: where.projectName, project_domain_name: where.projectDomainName ?? "Default" }),
      region_name: where.region,
    };
    for (const [key, value] of Object.entries(login)) if (value !== undefined) oneLine(writer, key, value);
    return login;
  });
}
