// Where the connection of openstack comes from: arguments, OS_* variables, clouds.yaml with secure.yaml; and what is said
// when something of it is missing.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openstack } from "../../provider/backends/openstack";
import { caCertificateOf } from "../../provider/backends/openstack/ca-certificate";
import { accessOf, settings } from "../../provider/backends/openstack/settings";
import { readSettings } from "../../provider/connection";
import { isObjectUserError, ObjectUserError } from "../../provider/errors";
import { versioned } from "../../provider/protocols/keystone/auth";

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
    region_name: RegionOne
    cacert: /etc/ssl/our.pem
    verify: false
  robot:
    auth_type: v3applicationcredential
    auth:
      auth_url: https://keystone.example.com/v3
      application_credential_id: abc
  wrong:
    auth:
      auth_url: [not, text]
`;
const SECURE = `
clouds:
  robot:
    auth:
      application_credential_secret: from-secure-yaml
`;

describe("the connection of openstack", () => {
  let directory: string;
  let file: string;

  before(() => {
    directory = mkdtempSync(path.join(tmpdir(), "object-users-clouds-"));
    file = path.join(directory, "clouds.yaml");
    writeFileSync(file, CLOUDS);
    writeFileSync(path.join(directory, "secure.yaml"), SECURE);
    writeFileSync(path.join(directory, "broken.yaml"), "clouds: {password: 'hunter2");
  });
  after(() => rmSync(directory, { recursive: true }));

  /** The login by the settings that are given as arguments or stack configuration, and by variables. */
  const open = (given: Record<string, unknown>, environment: Record<string, string> = {}) =>
    accessOf(readSettings(openstack, { get: (key) => given[key.slice("openstack:".length)] }, { environment }));
  const fromEnvironment = (environment: Record<string, string>) => open({}, environment);
  const message = (given: Record<string, unknown>) => {
    try {
      open(given);
    } catch (error) {
      assert.ok(error instanceof ObjectUserError);
      return error.message;
    }
    return assert.fail("it was accepted");
  };

  it("takes OS_* variables", () => {
    const { authUrl, login } = fromEnvironment({
      OS_AUTH_URL: "https://keystone.example.com:5000/",
      OS_USERNAME: "admin",
      OS_PASSWORD: "secret",
      OS_PROJECT_NAME: "admin",
      OS_USER_DOMAIN_NAME: "staff",
    });
    assert.equal(authUrl, "https://keystone.example.com:5000/v3");
    assert.deepEqual(login.identity, {
      by: "password",
      user: { name: "admin", domain: { name: "staff" } },
      password: "secret",
    });
    assert.deepEqual(login.scope, { project: { name: "admin", domain: { name: "staff" } } });
  });

  for (const [what, more, scope] of [
    ["a project by id", { projectId: "p" }, { project: { id: "p" } }],
    ["a domain", { domainName: "staff" }, { domain: { name: "staff" } }],
    ["the whole system", { systemScope: "all" }, { system: { all: true } }],
  ] as const) {
    it(`logs in for ${what}`, () => {
      const plain = { authUrl: "https://k/v3", userId: "u", password: "secret" };
      assert.deepEqual(open({ ...plain, ...more }).login.scope, scope);
    });
  }

  it("takes an entry of clouds.yaml; what is given beside it wins", () => {
    const access = open({ cloud: "production", cloudsFile: file, projectName: "other", s3Endpoint: "https://s3" });
    assert.equal(access.authUrl, "https://keystone.example.com/v3");
    assert.deepEqual(access.login.identity, {
      by: "password",
      user: { name: "admin", domain: { name: "Default" } },
      password: "12345",
    });
    assert.deepEqual(access.login.scope, { project: { name: "other", domain: { id: "default" } } });
    assert.deepEqual([access.caFile, access.insecure, access.s3Endpoint], ["/etc/ssl/our.pem", true, "https://s3"]);
  });

  it("takes an application credential, its secret from secure.yaml", () => {
    const { login } = open({ cloud: "robot", cloudsFile: file });
    const identity = { by: "application credential", credential: { id: "abc" }, secret: "from-secure-yaml" };
    assert.deepEqual(login.identity, identity);
    assert.equal(login.scope, undefined);
  });

  for (const [what, given, says] of [
    ["everything that is missing", {}, /authUrl is missing; username is missing; password is missing; projectName/],
    [
      "a missing secret",
      { authUrl: "https://k", applicationCredentialId: "x" },
      /applicationCredentialSecret is missing/,
    ],
    ["a cloud that is not in the file", { cloud: "nowhere" }, /cloud "nowhere": .*clouds\.yaml has no such cloud/],
    ["a value of the wrong type", { cloud: "wrong" }, /values of the wrong type: auth\.auth_url/],
  ] as const) {
    it(`says it: ${what}`, () => assert.match(message({ cloudsFile: file, ...given }), says));
  }

  it("says it: a file that is not there, or not YAML, and never quotes it", () => {
    assert.match(message({ cloud: "x", cloudsFile: "/nowhere/clouds.yaml" }), /there is no clouds\.yaml/);
    const broken = message({ cloud: "x", cloudsFile: path.join(directory, "broken.yaml") });
    assert.match(broken, /cannot be read, or is not YAML/);
    assert.doesNotMatch(broken, /hunter2/);
  });

  it("trusts the text of a certificate file; text that is given beside it wins", () => {
    const given = { ...settings.parse({}), caFile: file };
    assert.equal(caCertificateOf(given), CLOUDS);
    assert.equal(caCertificateOf({ ...given, caCertificate: "PEM" }), "PEM");
    assert.equal(caCertificateOf(settings.parse({})), undefined);
  });

  it("says it: a certificate file that cannot be read", () => {
    const given = { ...settings.parse({}), caFile: "/nowhere/ca.pem" };
    assert.throws(
      () => caCertificateOf(given),
      (error) => isObjectUserError(error, "invalid") && /file \/nowhere\/ca\.pem .*Check the path/.test(error.message),
    );
  });

  for (const [given, full] of [
    ["https://k:5000", "https://k:5000/v3"],
    ["https://k/identity", "https://k/identity/v3"],
    ["https://k/v3", "https://k/v3"],
    ["https://k/v2.0", "https://k/v3"],
  ] as const) {
    it(`asks ${full} when it is given ${given}`, () => assert.equal(versioned(given), full));
  }
});
