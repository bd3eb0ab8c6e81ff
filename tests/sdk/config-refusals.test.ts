// What the writers of sdk/config refuse, in which words, and that these never show a secret.

import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import * as config from "../../sdk/config";
import { failureOf } from "./config-outputs";

const USER = { accessKey: "AK", secretKey: "se/cr+et", endpoint: "https://s3.example.com:8443" };
const LOGIN = { userId: "8f2c", password: "hush" };
const WHERE = { authUrl: "https://keystone.example.com/v3", projectId: "77aa" };

describe("sdk/config refuses", () => {
  const s3 = (more: object) => ({ ...USER, ...more });
  const login = (more: object) => () => config.openrc({ ...LOGIN, ...more }, WHERE);
  const noKey = /^config\.rclone: this user has no S3 key with a secret\. Was it made with createKey: false\?$/;
  const rclone = (more: object) => () => config.rclone(s3(more), { remote: "a" });
  const refusals: readonly [string, () => pulumi.Output<unknown>, RegExp][] = [
    ["a user without a key", rclone({ accessKey: undefined }), noKey],
    ["a user without a secret", rclone({ secretKey: undefined }), noKey],
    [
      "a user without an endpoint",
      rclone({ endpoint: undefined }),
      /^config\.rclone: the S3 endpoint is not known\. Give it with the option endpoint\.$/,
    ],
    ["an endpoint without a scheme", rclone({ endpoint: "s3.example.com" }), /endpoint must be an address such as/],
    ["an endpoint with a login", rclone({ endpoint: "https://a:b@s3.example.com" }), /endpoint must be an address/],
    ["an endpoint with a line break", rclone({ endpoint: "https://a\nb" }), /endpoint must be an address/],
    [
      "a region with a line break",
      () => config.rclone(USER, { remote: "a", region: "a\nb" }),
      /region "a\\nb" must match/,
    ],
    [
      "a secret with a line break",
      rclone({ secretKey: "hush\nhush" }),
      /^config\.rclone: secretKey has a control character in it, which this format cannot hold\.$/,
    ],
    [
      "a profile with a bracket",
      () => config.awsCredentials(USER, { profile: "a]b" }),
      /^config\.awsCredentials: profile "a\]b" must match/,
    ],
    ["a profile with a line break", () => config.awsConfig(USER, { profile: "a\nb" }), /profile "a\\nb" must match/],
    ["an empty profile", () => config.awsConfig(USER, { profile: "" }), /profile "" must match/],
    ["a remote like an option", () => config.rclone(USER, { remote: "-a" }), /remote "-a" must match/],
    ["an alias with a slash", () => config.minioClient(USER, { alias: "a/b" }), /alias "a\/b" must match/],
    [
      "a key of a Secret with a slash",
      () => config.kubernetesSecret(USER, { files: { "a/b": "" } }).stringData,
      /a key of files "a\/b" must match/,
    ],
    ["a cloud with a space", () => config.cloudsYaml(LOGIN, { ...WHERE, cloud: "a b" }), /cloud "a b" must match/],
    [
      "an endpoint with a path for s3cmd",
      () => config.s3cmd(s3({ endpoint: "https://a/b" })),
      /no endpoint with a path, such as \/b/,
    ],
    [
      "an endpoint with a path for mc",
      () => config.minioHost(s3({ endpoint: "https://a/b" })),
      /no endpoint with a path, such as \/b/,
    ],
    ["a user without a password", login({ password: undefined }), /^config\.openrc: this user has no password here\./],
    ["a password with a line break", login({ password: "a\nb" }), /password has a control character in it/],
    [
      "a user without a name",
      login({ userId: undefined }),
      /the user's name is not known\. Give it with the option username/,
    ],
    [
      "no project",
      () => config.openrc(LOGIN, { authUrl: WHERE.authUrl }),
      /the project is not known\. Give it with the option projectId or projectName/,
    ],
  ];
  for (const [what, write, sentence] of refusals) {
    it(what, async () => {
      const message = await failureOf(write);
      assert.match(message, sentence);
      assert.doesNotMatch(message, /hush|se\/cr/);
    });
  }
});
