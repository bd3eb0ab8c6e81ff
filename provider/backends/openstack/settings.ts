/**
 * The settings of openstack.Provider, and the login that they make: given as arguments or stack configuration, else in
 * OS_* variables as every OpenStack client reads them, else in clouds.yaml.
 *
 * Documentation: https://docs.openstack.org/python-openstackclient/latest/cli/man/openstack.html#environment-variables
 */
import * as z from "zod";
import { ObjectUserError } from "../../errors";
import { type DomainRef, type Identity, type Login, type Scope, versioned } from "../../protocols/keystone/auth";
import { type ConnectionFile, endpoint, transportSettings } from "../backend";
import { schemasOf } from "../rows";
import { readCloud } from "./clouds";

const text = z.string().optional();
const wholeSystem = z.literal("all", 'can only be "all"').optional();

/** An explicit cloud is an alternative to the environment's whole login, address included. */
const ofCloud = { hiddenBy: ["cloud"] } as const;

/**
 * The settings by name; which of them are needed depends on the others. A domain is no alternative to the name that it
 * qualifies, and a credential's secret may come from elsewhere than its id; both only go with their cloud.
 */
export const sources = {
  cloud: { schema: text, environment: "OS_CLOUD", group: "cloud", hiddenBy: ["address"] },
  cloudsFile: { schema: text, environment: "OS_CLIENT_CONFIG_FILE" },
  authUrl: { schema: endpoint.optional(), environment: "OS_AUTH_URL", group: "address", ...ofCloud },
  username: { schema: text, environment: "OS_USERNAME", group: "user", ...ofCloud },
  userId: { schema: text, environment: "OS_USER_ID", group: "user", ...ofCloud },
  userDomainName: { schema: text, environment: "OS_USER_DOMAIN_NAME", group: "user domain", ...ofCloud },
  userDomainId: { schema: text, environment: "OS_USER_DOMAIN_ID", group: "user domain", ...ofCloud },
  password: { schema: text, environment: "OS_PASSWORD", secret: true, group: "login", ...ofCloud },
  // By its id a credential brings its user along; by its name it needs one.
  applicationCredentialId: {
    schema: text,
    environment: "OS_APPLICATION_CREDENTIAL_ID",
    group: "login",
    hiddenBy: ["cloud", "user"],
  },
  applicationCredentialName: {
    schema: text,
    environment: "OS_APPLICATION_CREDENTIAL_NAME",
    group: "login",
    ...ofCloud,
  },
  applicationCredentialSecret: {
    schema: text,
    environment: "OS_APPLICATION_CREDENTIAL_SECRET",
    secret: true,
    ...ofCloud,
  },
  projectName: { schema: text, environment: "OS_PROJECT_NAME", group: "scope", ...ofCloud },
  projectId: { schema: text, environment: "OS_PROJECT_ID", group: "scope", ...ofCloud },
  domainName: { schema: text, environment: "OS_DOMAIN_NAME", group: "scope", ...ofCloud },
  domainId: { schema: text, environment: "OS_DOMAIN_ID", group: "scope", ...ofCloud },
  systemScope: { schema: wholeSystem, environment: "OS_SYSTEM_SCOPE", group: "scope", ...ofCloud },
  projectDomainName: { schema: text, environment: "OS_PROJECT_DOMAIN_NAME", group: "project domain", ...ofCloud },
  projectDomainId: { schema: text, environment: "OS_PROJECT_DOMAIN_ID", group: "project domain", ...ofCloud },
  caFile: { schema: text, environment: "OS_CACERT", group: "authority" },
  s3Endpoint: { schema: endpoint.optional() },
  region: { schema: text },
  ...transportSettings,
  caCertificate: { ...transportSettings.caCertificate, group: "authority" },
} as const;

/** The settings as they are given. */
export const settings = z.object(schemasOf(sources));

/** The settings of a connection. */
export type Settings = z.infer<typeof settings>;

/** clouds.yaml, whose entries hold settings. */
export const file: ConnectionFile = {
  namedBy: "cloud",
  read: ({ cloud, cloudsFile }) => readCloud(String(cloud), cloudsFile === undefined ? undefined : String(cloudsFile)),
};

/** How and where to log in. */
export interface Access extends Settings {
  readonly authUrl: string;
  readonly login: Login;
}

/** The login that the settings make. Throws an ObjectUserError that names all that is missing. */
export function accessOf(access: Settings): Access {
  const missing = missingOf(access);
  if (missing.length > 0) throw unusable(missing.map((name) => `${name} is missing`));
  const identity = identityOf(access);
  const scope = identity.by === "password" ? { scope: scopeOf(access) } : {};
  const who =
    identity.by === "password"
      ? `user "${access.username ?? access.userId}"`
      : "the owner of the application credential";
  const advice =
    identity.by === "password"
      ? "Check username, password, user domain and project of openstack.Provider (openstack:…, OS_*, clouds.yaml). Keystone answers the same when the user or the project is disabled, and when the user has no role in the project."
      : "Check applicationCredentialId and applicationCredentialSecret: the credential may have expired, or its owner may be disabled or have lost its role.";
  return { ...access, authUrl: versioned(access.authUrl ?? ""), login: { identity, ...scope, who, advice } };
}

function missingOf(given: Settings): string[] {
  const user = given.username ?? given.userId;
  const needs: Record<string, unknown> = usesApplicationCredential(given)
    ? {
        authUrl: given.authUrl,
        applicationCredentialSecret: given.applicationCredentialSecret,
        ...(given.applicationCredentialId ? {} : { "username or applicationCredentialId": user }),
      }
    : {
        authUrl: given.authUrl,
        username: user,
        password: given.password,
        "projectName (or projectId, domainName, systemScope)":
          given.projectName ?? given.projectId ?? given.domainName ?? given.domainId ?? given.systemScope,
      };
  return Object.keys(needs).filter((name) => needs[name] === undefined);
}

function usesApplicationCredential(given: Settings): boolean {
  return (given.applicationCredentialId ?? given.applicationCredentialName) !== undefined;
}

function identityOf(given: Settings): Identity {
  const { username = "", userId, applicationCredentialId, applicationCredentialName = "" } = given;
  const domain = domainRef(given.userDomainId, given.userDomainName) ?? { name: "Default" };
  const user = userId ? { id: userId } : { name: username, domain };
  if (!usesApplicationCredential(given)) return { by: "password", user, password: given.password ?? "" };
  const credential = applicationCredentialId
    ? { id: applicationCredentialId }
    : { name: applicationCredentialName, user };
  return { by: "application credential", credential, secret: given.applicationCredentialSecret ?? "" };
}

function scopeOf(given: Settings): Scope {
  const { projectId, projectName } = given;
  if (projectId) return { project: { id: projectId } };
  const userDomain = domainRef(given.userDomainId, given.userDomainName);
  const domain = domainRef(given.projectDomainId, given.projectDomainName) ?? userDomain ?? { name: "Default" };
  if (projectName) return { project: { name: projectName, domain } };
  if (given.systemScope) return { system: { all: true } };
  return { domain: domainRef(given.domainId, given.domainName) ?? { name: "Default" } };
}

function domainRef(id: string | undefined, name: string | undefined): DomainRef | undefined {
  return id ? { id } : name ? { name } : undefined;
}

function unusable(problems: readonly string[]): ObjectUserError {
  return new ObjectUserError({
    code: "invalid",
    operation: "connecting",
    subject: "to openstack",
    problem: problems.join("; "),
    advice:
      "Give openstack.Provider these arguments, or set stack configuration (openstack:authUrl …), OS_* variables, or OS_CLOUD for an entry of clouds.yaml.",
  });
}
