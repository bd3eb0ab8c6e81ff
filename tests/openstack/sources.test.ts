// Where several sources say the same thing of openstack's connection: the strongest that gives one of the alternatives
// decides. Arguments or stack configuration, then OS_* variables, then the entry of clouds.yaml.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openstack } from "../../provider/backends/openstack";
import { caCertificateOf } from "../../provider/backends/openstack/ca-certificate";
import { accessOf } from "../../provider/backends/openstack/settings";
import { readSettings } from "../../provider/connection";

const CLOUDS = `
clouds:
  production:
    auth:
      auth_url: https://keystone.example.com
      username: admin
      password: 12345
      project_name: admin
      user_domain_name: Default
      project_domain_id: default
    cacert: /etc/ssl/our.pem
  robot:
    auth:
      auth_url: https://keystone.example.com/v3
      application_credential_id: abc
      application_credential_secret: from-the-file
`;

describe("of the sources of openstack's connection", () => {
  let directory: string;
  let file: string;

  before(() => {
    directory = mkdtempSync(path.join(tmpdir(), "object-users-clouds-"));
    file = path.join(directory, "clouds.yaml");
    writeFileSync(file, CLOUDS);
  });
  after(() => rmSync(directory, { recursive: true }));

  const open = (given: Record<string, unknown>, environment: Record<string, string>) =>
    accessOf(readSettings(openstack, { get: (key) => given[key.slice("openstack:".length)] }, { environment }));

  const ENVIRONMENT = {
    OS_AUTH_URL: "https://env.example.com",
    OS_USERNAME: "env-user",
    OS_PASSWORD: "env-password",
    OS_PROJECT_NAME: "env-project",
    OS_USER_DOMAIN_NAME: "env-users",
    OS_PROJECT_DOMAIN_NAME: "env-projects",
  };
  const CREDENTIAL = { OS_APPLICATION_CREDENTIAL_ID: "env-id", OS_APPLICATION_CREDENTIAL_SECRET: "env-secret" };
  const here = () => ({ cloud: "production", cloudsFile: file });
  const inProduction = {
    by: "password",
    user: { name: "admin", domain: { name: "Default" } },
    password: "12345",
  };
  const envUsers = { name: "env-users" };
  const named = (name: string, password = "env-password") => ({
    by: "password",
    user: { name, domain: envUsers },
    password,
  });
  const byCredential = (id: string, secret = "env-secret") => ({
    by: "application credential",
    credential: { id },
    secret,
  });

  const STRONGER: readonly [
    what: string,
    given: () => Record<string, unknown>,
    environment: () => Record<string, string>,
    wanted: { authUrl?: string; identity?: object; scope?: object | undefined },
  ][] = [
    [
      "an explicit cloud is not looked for at the address of OS_AUTH_URL, nor logged in to as OS_USERNAME",
      here,
      () => ({ ...ENVIRONMENT, ...CREDENTIAL, OS_USER_ID: "env-id", OS_PROJECT_ID: "env-id" }),
      {
        authUrl: "https://keystone.example.com/v3",
        identity: inProduction,
        scope: { project: { name: "admin", domain: { id: "default" } } },
      },
    ],
    [
      "an explicit cloud does not take the password of the environment either",
      () => ({ cloud: "robot", cloudsFile: file }),
      () => ENVIRONMENT,
      { authUrl: "https://keystone.example.com/v3", identity: byCredential("abc", "from-the-file") },
    ],
    [
      "variables beside OS_CLOUD win over its entry",
      () => ({}),
      () => ({
        OS_CLOUD: "production",
        OS_CLIENT_CONFIG_FILE: file,
        OS_USER_ID: "env-id",
        OS_PROJECT_ID: "env-project",
      }),
      {
        authUrl: "https://keystone.example.com/v3",
        identity: { ...inProduction, user: { id: "env-id" } },
        scope: { project: { id: "env-project" } },
      },
    ],
    [
      "OS_PASSWORD wins over the application credential in the entry of OS_CLOUD",
      () => ({}),
      () => ({ ...ENVIRONMENT, OS_CLOUD: "robot", OS_CLIENT_CONFIG_FILE: file }),
      { authUrl: "https://env.example.com/v3", identity: named("env-user") },
    ],
    [
      "an explicit address does not lead to the cloud of OS_CLOUD",
      () => ({ authUrl: "https://own.example.com" }),
      () => ({ ...ENVIRONMENT, OS_AUTH_URL: "", OS_CLOUD: "production", OS_CLIENT_CONFIG_FILE: file }),
      { authUrl: "https://own.example.com/v3", identity: named("env-user") },
    ],
    [
      "an explicit username does not lose to OS_USER_ID",
      () => ({ username: "own" }),
      () => ({ ...ENVIRONMENT, OS_USER_ID: "env-id" }),
      { identity: named("own") },
    ],
    [
      "an explicit userId does not need the name of the environment",
      () => ({ userId: "own" }),
      () => ENVIRONMENT,
      { identity: { by: "password", user: { id: "own" }, password: "env-password" } },
    ],
    [
      "an explicit username and password do not lose to the application credential of the environment",
      () => ({ username: "own", password: "own-password" }),
      () => ({ ...ENVIRONMENT, ...CREDENTIAL }),
      {
        identity: named("own", "own-password"),
        scope: { project: { name: "env-project", domain: { name: "env-projects" } } },
      },
    ],
    [
      "an explicit username alone does not lose to it either",
      () => ({ username: "own" }),
      () => ({ ...ENVIRONMENT, ...CREDENTIAL }),
      { identity: named("own") },
    ],
    [
      "an explicit application credential takes its secret from the environment, and no password",
      () => ({ applicationCredentialId: "own" }),
      () => ({ ...ENVIRONMENT, ...CREDENTIAL }),
      { identity: byCredential("own"), scope: undefined },
    ],
    [
      "an explicit credential's name does not lose to the id of another",
      () => ({ applicationCredentialName: "own" }),
      () => ({ ...ENVIRONMENT, ...CREDENTIAL }),
      {
        identity: {
          by: "application credential",
          credential: { name: "own", user: { name: "env-user", domain: envUsers } },
          secret: "env-secret",
        },
      },
    ],
    [
      "an explicit projectName does not lose to OS_PROJECT_ID, and keeps its domain",
      () => ({ projectName: "own" }),
      () => ({ ...ENVIRONMENT, OS_PROJECT_ID: "env-id" }),
      { scope: { project: { name: "own", domain: { name: "env-projects" } } } },
    ],
    [
      "an explicit domain as scope does not lose to the project of the environment",
      () => ({ domainName: "own" }),
      () => ENVIRONMENT,
      { scope: { domain: { name: "own" } } },
    ],
    [
      "an explicit systemScope does not lose to the domain of the environment",
      () => ({ systemScope: "all" }),
      () => ({ ...ENVIRONMENT, OS_PROJECT_NAME: "", OS_DOMAIN_NAME: "env" }),
      { scope: { system: { all: true } } },
    ],
    [
      "an explicit name of the users' domain does not lose to its id",
      () => ({ userDomainName: "own" }),
      () => ({ ...ENVIRONMENT, OS_USER_DOMAIN_ID: "env-id" }),
      { identity: { ...named("env-user"), user: { name: "env-user", domain: { name: "own" } } } },
    ],
  ];
  for (const [what, given, environment, { authUrl, identity, ...more }] of STRONGER) {
    it(what, () => {
      const access = open(given(), environment());
      if (authUrl) assert.equal(access.authUrl, authUrl);
      if (identity) assert.deepEqual(access.login.identity, identity);
      if ("scope" in more) assert.deepEqual(access.login.scope, more.scope);
    });
  }

  it("an explicit caCertificate does not need the file of OS_CACERT; the file of an explicit cloud wins over it", () => {
    const login = { username: "a", password: "b", projectName: "c", authUrl: "https://k" };
    const caCertificate = "-----BEGIN CERTIFICATE-----";
    const environment = { OS_CACERT: "/nowhere/ca.pem" };
    assert.equal(caCertificateOf(open({ ...login, caCertificate }, environment)), caCertificate);
    assert.equal(open(here(), environment).caFile, "/etc/ssl/our.pem");
    assert.equal(open(login, environment).caFile, "/nowhere/ca.pem");
  });
});
