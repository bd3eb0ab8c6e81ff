// A manifest with what sdk/config makes for a Secret, read by the real kubectl, which needs no cluster for it.

import assert from "node:assert/strict";
import { stringify } from "yaml";
import * as config from "../../sdk/config";
import { commandAvailable, skipWithout } from "../real/needs";
import { resolved } from "../sdk/config-outputs";
import { run } from "./clients";
import { type Folder, makeFolder } from "./folder";

const USER = { accessKey: "AK", secretKey: 'a "b" $c #d: %e = \\f', endpoint: "http://127.0.0.1:7480" };

describe("kubectl", function () {
  this.timeout(30_000);
  let folder: Folder;

  before(function () {
    const reason = "kubectl is not installed. https://kubernetes.io/docs/tasks/tools/ says how to get it.";
    skipWithout(this, commandAvailable("kubectl", ["version", "--client"], reason));
  });
  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(() => folder.remove());

  /** The manifest as kubectl understands it. */
  async function read(content: object) {
    const manifest = { apiVersion: "v1", kind: "Secret", metadata: { name: "alice" }, ...content };
    const file = folder.write("secret.yaml", stringify(manifest));
    const args = ["annotate", "--local", "-f", file, "by=kubectl", "-o", "json"];
    const { accepted, said } = await run("kubectl", args, { KUBECONFIG: "/dev/null", HOME: folder.path });
    assert.ok(accepted, said);
    return JSON.parse(said);
  }

  it("reads stringData as the variables and files that they are", async () => {
    const files = { "rclone.conf": config.rclone(USER, { remote: "store" }) };
    const { stringData } = config.kubernetesSecret(USER, { files });
    const secret = await read({ stringData: await resolved(stringData) });
    assert.equal(secret.stringData.AWS_SECRET_ACCESS_KEY, USER.secretKey);
    assert.equal(secret.stringData["rclone.conf"], await resolved(files["rclone.conf"]));
  });

  it("reads data as the same in base64", async () => {
    const { data, stringData } = config.kubernetesSecret(USER);
    const secret = await read({ data: await resolved(data) });
    const decoded = Object.entries(secret.data).map(([name, text]) => [
      name,
      Buffer.from(String(text), "base64").toString(),
    ]);
    assert.deepEqual(Object.fromEntries(decoded), await resolved(stringData));
  });

  it("takes the checksum for an annotation", async () => {
    const { checksum } = config.kubernetesSecret(USER);
    const annotations = { "checksum/alice": await resolved(checksum) };
    const secret = await read({ metadata: { name: "alice", annotations } });
    assert.match(secret.metadata.annotations["checksum/alice"], /^[0-9a-f]{64}$/);
  });
});
