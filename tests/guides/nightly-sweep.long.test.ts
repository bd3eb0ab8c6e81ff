// docs/guides/nightly-sweep.md: the commands with their exit codes, the crontab's line as cron runs it, the CronJob's command
// with the secret that the guide makes, what the next up sees, and orphans of a stack that is not given.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { commandAvailable, needCli, skipWithout } from "../real/needs";
import { bash, Reader } from "./reader";

const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import { rgw } from "pulumi-object-users";
const rotationId = new pulumi.Config().get("rotationId") ?? "a";
const uid = "backup-" + pulumi.getStack();
export const { accessKey } = new rgw.User("backup", { uid, displayName: "Backup", rotationId, gracePeriodSeconds: 1 });
`;

interface CronJob {
  readonly spec: {
    readonly jobTemplate: {
      readonly spec: {
        readonly template: {
          readonly spec: {
            readonly containers: readonly {
              readonly command: readonly string[];
              readonly env: readonly { readonly name: string; readonly value: string }[];
              readonly envFrom: readonly { readonly secretRef: { readonly name: string } }[];
            }[];
          };
        };
      };
    };
  };
}

interface Secret {
  readonly metadata: { readonly name: string };
  readonly data: Readonly<Record<string, string>>;
}

/** The paths of what `wanted` has and `found` has not, or otherwise. */
function notIn(found: unknown, wanted: unknown, at = ""): string[] {
  if (typeof wanted !== "object" || wanted === null) return found === wanted ? [] : [at];
  const inside: Readonly<Record<string, unknown>> = typeof found === "object" ? { ...found } : {};
  return Object.entries(wanted).flatMap(([name, value]) => notIn(inside[name], value, `${at}/${name}`));
}

describe("guide: a nightly sweep", function () {
  this.timeout(400_000);
  let reader: Reader;
  let file: string;

  before(async function () {
    await needCli(this);
    reader = await Reader.open("nightly-sweep", { "index.ts": PROGRAM });
    await reader.stack.up({ expect: 0 });
    // The reader's own values in the guide's file, name for name.
    const env = reader.env();
    file = reader.block("sweep.env").text.replace(/^(\w+)=.*$/gm, (_, name) => `${name}='${env[name]}'`);
    assert.equal(file.match(/^\w+=/gm)?.length, 5);
    assert.doesNotMatch(file, /undefined/);
  });
  after(() => reader?.close());

  const keys = () => reader.cluster.gateway.user("backup-prod")?.keys.size;
  /** Rotates, and waits for the end of the grace. */
  const rotate = async (rotationId: string) => {
    await reader.bash(`pulumi config set rotationId ${rotationId} && pulumi up --yes --skip-preview`);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // the grace itself
    assert.equal(keys(), 2);
  };

  it("the dry run names what is over and ends with 1; the sweep revokes it and ends with 0", async () => {
    await rotate("b");
    const { out } = await reader.run("dry-run", { expect: 1 });
    assert.match(out, /key PULU\w+ would be revoked/);
    assert.equal(keys(), 2);
    assert.match((await reader.run("sweep")).out, /key PULU\w+ revoked and refused by S3/);
    assert.equal(keys(), 1);
    await reader.run("dry-run");
  });

  it("until the next up state has the key; the up sends no revocation", async () => {
    assert.match((await reader.bash("object-users status || test $? = 1", { env: onPath() })).out, /overdue/);
    reader.cluster.gateway.requests.reset();
    await reader.bash("pulumi up --yes --skip-preview");
    assert.equal(reader.cluster.gateway.requests.writes(), 0);
  });

  it("a wrong command line ends with 2, a stack that is not there with 3", async () => {
    const { text } = reader.block("sweep");
    await reader.bash(text, { expect: 2, replace: { "--stack prod": "--sack prod" } });
    await reader.bash(text, { expect: 3, replace: { "--stack prod": "--stack nowhere" } });
  });

  it("cron's line runs in an empty environment, and prints a word only when something is wrong", async () => {
    await rotate("c");
    reader.stack.write({ "sweep.env": file });
    const lines = reader.block("crontab").text.trim().split("\n");
    const [, command = ""] = /^(?:\S+ ){5}(.*)$/.exec(lines.at(-1) ?? "") ?? [];
    assert.ok(command && /^PATH=/.test(lines[0] ?? ""));
    const { PATH, HOME, PULUMI_HOME } = reader.env();
    const cron = (text: string) =>
      bash(text.replaceAll("/srv/users", reader.stack.directory), "/", { PATH, HOME, PULUMI_HOME });
    assert.deepEqual(await cron(command), { code: 0, out: "", said: "" });
    assert.equal(keys(), 1);
    const wrong = await cron(command.replace("--stack prod", "--stack nowhere"));
    assert.match(wrong.out, /^object-users sweep: see .*sweep\.log\n$/);
    rmSync(path.join(reader.stack.directory, "sweep.env"));
  });

  it("kubectl accepts the secrets and the CronJob, whose command does its work with them and without a project", async function () {
    reader.save("cronjob.yaml");
    const parsed: CronJob = parse(reader.block("cronjob.yaml").text);
    const [container] = parsed.spec.jobTemplate.spec.template.spec.containers;
    assert.ok(container);
    assert.match(reader.block("Dockerfile").text, /^FROM node:22$/m);
    const makeSecrets = reader.block("secret").text;
    const reason = "there is no kubectl on PATH, so the manifests are not shown to it. Install kubectl.";
    skipWithout(this, commandAvailable("kubectl", ["version", "--client"], reason));
    reader.stack.write({ "sweep.env": file.replaceAll("'", "") });
    await reader.bash(makeSecrets);
    // kubectl reads the manifest into its own types and drops what these do not have. It needs no cluster for that.
    const local = "kubectl set image --local -f cronjob.yaml sweep=another -o json";
    const understood: unknown = JSON.parse((await reader.bash(local, { env: { KUBECONFIG: "/dev/null" } })).out);
    assert.deepEqual(notIn(understood, parsed), ["/spec/jobTemplate/spec/template/spec/containers/0/image"]);
    const { out } = await reader.bash("cat secret.yaml");
    const documents = parseAllDocuments(out);
    assert.deepEqual(
      documents.map(({ errors }) => errors),
      [[], []],
    );
    const secrets: Secret[] = documents.map((document) => document.toJS());
    const dataOf = (name: string) =>
      Object.entries(secrets.find(({ metadata }) => metadata.name === name)?.data ?? {}).map(
        ([key, value]) => [key, Buffer.from(value, "base64").toString()] as const,
      );
    const passphrase = dataOf("object-users-passphrase")[0]?.[1] ?? "";
    reader.stack.write({ passphrase });
    const mounted = path.join(reader.stack.directory, "passphrase");
    const own = container.env.map(({ name, value }) => [name, value.replace("/etc/object-users/passphrase", mounted)]);
    const from = container.envFrom.flatMap(({ secretRef }) => dataOf(secretRef.name));
    await rotate("d");
    const { PATH } = reader.env();
    const env = {
      ...Object.fromEntries([...from, ...own]),
      PULUMI_HOME: reader.env().PULUMI_HOME,
      PATH: `${bin()}:${PATH}`,
    };
    assert.equal("PULUMI_CONFIG_PASSPHRASE" in env, false);
    const ran = await bash(container.command.join(" "), "/", env);
    assert.equal(ran.code, 0, ran.said);
    assert.equal(keys(), 1);
  });

  it("a key of a stack that is not given looks like an orphan; with both stacks there is none", async () => {
    await reader.bash("pulumi stack init staging && pulumi up --yes --skip-preview && pulumi stack select prod");
    const { text } = reader.block("orphans");
    const alone = await reader.bash(text, { expect: 1, replace: { "prod staging": "prod" } });
    assert.match(alone.out, /orphan PULU\w+ of user "backup-staging"/);
    await reader.run("orphans");
    assert.equal(reader.cluster.gateway.user("backup-staging")?.keys.size, 1);
  });

  const bin = () => path.join(reader.stack.directory, "node_modules", ".bin");
  const onPath = () => ({ PATH: `${bin()}:${reader.env().PATH}` });
});
