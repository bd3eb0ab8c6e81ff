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

import { readCloud } from "./clouds";

const text = z.string().optional();

/** The settings as they are given; which of them are needed depends on the others. */
export const settings = z.object({
  cloud: text,
  cloudsFile: text,
  authUrl: endpoint.optional(),
  username: text,
  userId: text,
  password: text,
  userDomainName: text,
  userDomainId: text,
  projectName: text,
  projectId: text,
  projectDomainName: text,
  projectDomainId: text,
  domainName: text,
  domainId: text,
  systemScope: z.literal("all", 'can only be "all"').optional(),
  applicationCredentialId: text,
  applicationCredentialName: text,
  applicationCredentialSecret: text,
  caFile: text,
  s3Endpoint: endpoint.optional(),
  region: text,
  ...transportSettings,
});

/** The settings of a connection. */
export type Settings = z.infer<typeof settings>;

/** An explicit cloud is an alternative to the environment's whole login, address included. */
const ofCloud = { hiddenBy: ["cloud"] };

/**
 * Where the settings come from besides arguments and stack configuration. A domain is no alternative to the name that it
 * qualifies, and a credential's secret may come from elsewhere than its id; both only go with their cloud.
 */
export const sources = {
  cloud: { environment: "OS_CLOUD", group: "cloud", hiddenBy: ["address"] },
  cloudsFile: { environment: "OS_CLIENT_CONFIG_FILE" },
  authUrl: { environment: "OS_AUTH_URL", group: "address", ...ofCloud },
  username: { environment: "OS_USERNAME", group: "user", ...ofCloud },
  userId: { environment: "OS_USER_ID", group: "user", ...ofCloud },
  userDomainName: { environment: "OS_USER_DOMAIN_NAME", group: "user domain", ...ofCloud },
  userDomainId: { environment: "OS_USER_DOMAIN_ID", group: "user domain", ...ofCloud },
  password: { environment: "OS_PASSWORD", group: "login", ...ofCloud },
  // By its id a credential brings its user along; by its name it needs one.
  applicationCredentialId: {
    environment: "OS_APPLICATION_CREDENTIAL_ID",
    group: "login",
    hiddenBy: ["cloud", "user"],
  },
  applicationCredentialName: { environment: "OS_APPLICATION_CREDENTIAL_NAME", group: "login", ...ofCloud },
  applicationCredentialSecret: { environment: "OS_APPLICATION_CREDENTIAL_SECRET", ...ofCloud },
  projectName: { environment: "OS_PROJECT_NAME", group: "scope", ...ofCloud },
  projectId: { environment: "OS_PROJECT_ID", group: "scope", ...ofCloud },
  domainName: { environment: "OS_DOMAIN_NAME", group: "scope", ...ofCloud },
  domainId: { environment: "OS_DOMAIN_ID", group: "scope", ...ofCloud },
  systemScope: { environment: "OS_SYSTEM_SCOPE", group: "scope", ...ofCloud },
  projectDomainName: { environment: "OS_PROJECT_DOMAIN_NAME", group: "project domain", ...ofCloud },
  projectDomainId: { environment: "OS_PROJECT_DOMAIN_ID", group: "project domain", ...ofCloud },
  caFile: { environment: "OS_CACERT", group: "authority" },
  caCertificate: { group: "authority" },
  s3Endpoint: {},
  region: {},
  insecure: {},
  timeoutSeconds: {},
  maxConcurrency: {},
};

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
      ? "Check username, password, user domain and project of openstack.Provider (openstack:…, OS_*, clouds.yaml)."
      : "Check applicationCredentialId and applicationCredentialSecret: the credential may have expired, or its owner lost its role.";
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
