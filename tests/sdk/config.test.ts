// What the writers of sdk/config write, letter by letter; that it is secret, in previews too; and that nothing is loaded for
// it before its time. What they refuse stands in config-refusals.test.ts; whether clients can read it, in tests/config.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { openstack, rgw } from "../../sdk";
import * as config from "../../sdk/config";
import { QUICK_START } from "../real/project";
import { isKnown, resolved } from "./config-outputs";

const REPOSITORY = path.join(__dirname, "../..");
const USER = {
  accessKey: "AK",
  secretKey: "se/cr+et",
  endpoint: "https://s3.example.com:8443",
  previousAccessKey: "AKOLD",
  previousSecretKey: "old/se+cret",
};
const LOGIN = { userId: "8f2c", password: "hush" };
const WHERE = { authUrl: "https://keystone.example.com/v3", projectId: "77aa" };

const ENVIRONMENT = `AWS_ACCESS_KEY_ID=AK
AWS_SECRET_ACCESS_KEY=se/cr+et
AWS_ENDPOINT_URL_S3=https://s3.example.com:8443
AWS_ENDPOINT_URL=https://s3.example.com:8443
AWS_REGION=us-east-1
AWS_DEFAULT_REGION=us-east-1
AWS_REQUEST_CHECKSUM_CALCULATION=when_required
AWS_RESPONSE_CHECKSUM_VALIDATION=when_required
`;

/** What is written, and what it is written by. */
const TEXTS: readonly [string, () => pulumi.Output<string>, string][] = [
  ["environment", () => config.environment(USER), ENVIRONMENT],
  [
    "environment, in another place",
    () => config.environment(USER, { endpoint: "http://10.0.0.1:7480", region: "eu" }),
    ENVIRONMENT.replaceAll("https://s3.example.com:8443", "http://10.0.0.1:7480").replaceAll("us-east-1", "eu"),
  ],
  [
    "awsCredentials",
    () => config.awsCredentials(USER, { profile: "team/alice@prod" }),
    "[team/alice@prod]\naws_access_key_id=AK\naws_secret_access_key=se/cr+et\n",
  ],
  [
    "awsConfig",
    () => config.awsConfig(USER, { profile: "alice" }),
    `[profile alice]
region=us-east-1
endpoint_url=https://s3.example.com:8443
request_checksum_calculation=when_required
response_checksum_validation=when_required
s3=
  addressing_style=path
`,
  ],
  [
    "rclone",
    () => config.rclone(USER, { remote: "store", region: "eu" }),
    `[store]
type = s3
provider = Ceph
env_auth = false
access_key_id = AK
secret_access_key = se/cr+et
endpoint = https://s3.example.com:8443
region = eu
force_path_style = true
`,
  ],
  [
    "s3cmd",
    () => config.s3cmd(USER),
    `[default]
access_key = "AK"
secret_key = "se/cr+et"
host_base = s3.example.com:8443
host_bucket = s3.example.com:8443
bucket_location = us-east-1
use_https = True
`,
  ],
  [
    "minioClient",
    () => config.minioClient(USER, { alias: "store" }),
    `{
  "version": "10",
  "aliases": {
    "store": {
      "url": "https://s3.example.com:8443",
      "accessKey": "AK",
      "secretKey": "se/cr+et",
      "api": "S3v4",
      "path": "on"
    }
  }
}
`,
  ],
  ["minioHost", () => config.minioHost(USER), "https://AK:se/cr+et@s3.example.com:8443"],
  [
    "json",
    () => config.json(USER),
    '{"accessKey":"AK","secretKey":"se/cr+et","endpoint":"https://s3.example.com:8443","region":"us-east-1"}\n',
  ],
  [
    "openrc",
    () => config.openrc({ ...LOGIN, password: "it's" }, WHERE),
    `export OS_AUTH_URL='https://keystone.example.com/v3'
export OS_USER_ID='8f2c'
export OS_PASSWORD='it'\\''s'
export OS_PROJECT_ID='77aa'
export OS_IDENTITY_API_VERSION='3'
`,
  ],
  [
    "cloudsYaml",
    () =>
      config.cloudsYaml(
        { ...LOGIN, openStackName: "PCU-1" },
        { cloud: "media", authUrl: WHERE.authUrl, projectName: "no", projectDomainName: "d", region: "dc4-a" },
      ),
    `clouds:
  media:
    auth:
      auth_url: "https://keystone.example.com/v3"
      username: "PCU-1"
      user_domain_name: "Default"
      password: "hush"
      project_name: "no"
      project_domain_name: "d"
    region_name: "dc4-a"
    identity_api_version: "3"
`,
  ],
];

describe("sdk/config writes", () => {
  for (const [name, write, text] of TEXTS) {
    it(`${name}, as a secret`, async () => {
      assert.equal(await resolved(write()), text);
      assert.equal(await pulumi.isSecret(write()), true);
    });
  }

  it("kubernetesSecret: variables and files, the same in base64, and a checksum of all", async () => {
    const files = { s3cfg: config.s3cmd(USER) };
    const { stringData, data, checksum } = config.kubernetesSecret(USER, { files });
    const entries = Object.fromEntries(
      ENVIRONMENT.trim()
        .split("\n")
        .map((line) => line.split("=")),
    );
    const expected = { ...entries, s3cfg: await resolved(files.s3cfg) };
    assert.deepEqual(await resolved(stringData), expected);
    const decoded = Object.entries(await resolved(data)).map(([key, text]) => [
      key,
      Buffer.from(text, "base64").toString(),
    ]);
    assert.deepEqual(Object.fromEntries(decoded), expected);
    const sorted = Object.keys(expected)
      .sort()
      .map((key) => [key, expected[key]]);
    assert.equal(await resolved(checksum), createHash("sha256").update(JSON.stringify(sorted)).digest("hex"));
    const areSecret = [stringData, data, checksum].map((output: pulumi.Output<unknown>) => pulumi.isSecret(output));
    assert.deepEqual(await Promise.all(areSecret), [true, true, true]);
  });

  it("kubernetesSecret: another checksum for another secret with the same access key", async () => {
    const of = (secretKey: string) => resolved(config.kubernetesSecret({ ...USER, secretKey }).checksum);
    assert.notEqual(await of("one"), await of("two"));
  });

  it("pair: both keys under names of their own, one behind the other", async () => {
    const { current, previous, both } = config.pair(USER, (key, suffix) =>
      config.awsCredentials(key, { profile: `alice${suffix}` }),
    );
    const old = "[alice-previous]\naws_access_key_id=AKOLD\naws_secret_access_key=old/se+cret\n";
    assert.equal(await resolved(previous), old);
    assert.equal(await resolved(both), `${await resolved(current)}${old}`);
    for (const output of [current, previous, both]) assert.equal(await pulumi.isSecret(output), true);
  });

  it("pair: only the current key without a grace", async () => {
    const { accessKey, secretKey, endpoint } = USER;
    const { current, previous, both } = config.pair({ accessKey, secretKey, endpoint }, (key) =>
      config.rclone(key, { remote: "a" }),
    );
    assert.equal(await resolved(previous), undefined);
    assert.equal(await resolved(both), await resolved(current));
  });
});

describe("sdk/config in a preview", () => {
  before(() =>
    pulumi.runtime.setMocks(
      { newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }), call: () => ({}) },
      "project",
      "stack",
      true,
    ),
  );
  after(() =>
    pulumi.runtime.setMocks({ newResource: () => assert.fail(), call: () => assert.fail() }, "project", "stack", false),
  );

  const made = {
    "a user": () => new rgw.User("new", { uid: "new", displayName: "New" }),
    "a key of somebody's user": () => new rgw.AccessKey("new", { userId: "theirs" }),
    "a key of the login": () => new openstack.AccessKey("new"),
    "a subuser": () => new rgw.Subuser("new", { user: "theirs", name: "new", access: "read" }),
  };
  for (const [what, make] of Object.entries(made))
    it(`is secret and not known for ${what} that does not exist yet`, async () => {
      const user = make();
      const { both } = config.pair(user, (key) => config.environment(key));
      const { stringData, data, checksum } = config.kubernetesSecret(user);
      const texts: pulumi.Output<unknown>[] = [config.environment(user), stringData, data, checksum, both];
      for (const text of texts) {
        assert.deepEqual([await isKnown(text), await pulumi.isSecret(text)], [false, true]);
      }
    });
});

describe("sdk/config and sdk/calendar", () => {
  it("load nothing but Pulumi: YAML comes when it is written", () => {
    const script = `
      require("@pulumi/pulumi");
      const before = new Set(Object.keys(require.cache));
      require("./sdk/config");
      require("./sdk/calendar");
      console.log(JSON.stringify(Object.keys(require.cache).filter((file) => !before.has(file))));`;
    const args = ["--require", QUICK_START, "-e", script];
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: REPOSITORY, encoding: "utf8" });
    assert.notEqual(stdout, "", stderr);
    const loaded: string[] = JSON.parse(stdout);
    assert.ok(loaded.length > 5);
    assert.deepEqual(
      loaded.filter((file) => !file.startsWith(path.join(REPOSITORY, "sdk"))),
      [],
    );
  });
});
