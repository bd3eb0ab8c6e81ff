/** `object-users sweep` after a run whose dependents failed: a key that stands in another resource's state is left. */
import assert from "node:assert/strict";
import { SECRET_SIGNATURE } from "../../../provider/pulumi/state";
import { keyInScene, openScene, type Scene } from "../scene";

const ANN = { uid: "ann", displayName: "Ann", gracePeriodSeconds: 60 };
const [OLD, CURRENT] = [keyInScene("prod", "User", "ann", "ann", "a"), keyInScene("prod", "User", "ann", "ann", "b")];
const base64 = (text: string) => Buffer.from(text).toString("base64");
const SECRET = "kubernetes:core/v1:Secret";

/** A Kubernetes Secret as its provider has it in state. */
function kubernetesSecret(...accessKeys: string[]) {
  const data = { "credentials.json": base64(JSON.stringify({ accessKeys })) };
  const outputs = {
    data: { ...SECRET_SIGNATURE, plaintext: JSON.stringify(data) },
    metadata: { name: "app" },
    type: "Opaque",
  };
  return { urn: `urn:pulumi:prod::program::${SECRET}::app`, type: SECRET, custom: true, id: "app", outputs };
}

function stackOutputs(outputs: object) {
  const type = "pulumi:pulumi:Stack";
  return { urn: `urn:pulumi:prod::program::${type}::program-prod`, type, custom: false, outputs };
}

describe("object-users sweep, when others hold the former key", () => {
  let scene: Scene;

  beforeEach(async () => {
    scene = await openScene();
    await scene.up("prod", "ann", { ...ANN, rotationId: "a" });
    await scene.up("prod", "ann", { ...ANN, rotationId: "b" });
    scene.world.advance(61);
    scene.gateway.requests.reset();
  });
  afterEach(() => scene.close());

  const sweep = (...args: string[]) => scene.run(["sweep", "--stack", "prod", ...args]);
  const keysOf = (uid: string) => [...(scene.gateway.user(uid)?.keys.keys() ?? [])].sort();
  const withOthers = (...others: Record<string, unknown>[]) =>
    scene.exported("prod", ({ resources }) => void resources.push(...others));

  it("leaves a key that a dependent still has whose own update failed", async () => {
    withOthers(kubernetesSecret(OLD));
    const { code, out, said } = await sweep();
    const why = `${SECRET} "app" still holds it, and not the current key: run pulumi up first`;
    assert.deepEqual([code, out], [1, `prod ann: key ${OLD} is left: ${why}`], said);
    assert.deepEqual(keysOf("ann"), [OLD, CURRENT].sort());
  });

  it("tells so of a dry run, too", async () => {
    withOthers(kubernetesSecret(OLD));
    const { code, out } = await sweep("--dry-run");
    assert.equal(code, 1);
    assert.match(out, /is left: .*run pulumi up first/);
  });

  it("revokes it when the dependent has the current key, alone or beside it", async () => {
    withOthers(kubernetesSecret(OLD, CURRENT), { ...kubernetesSecret(CURRENT), urn: "urn:pulumi:prod::program::x::y" });
    assert.equal((await sweep()).code, 0);
    assert.deepEqual(keysOf("ann"), [CURRENT]);
  });

  it("leaves a key that the stack's outputs still have", async () => {
    withOthers(stackOutputs({ accessKey: OLD, of: "ann" }), kubernetesSecret(OLD));
    const { code, out } = await sweep();
    assert.equal(code, 1);
    assert.match(out, /is left: the stack's outputs \(and 1 more\) still holds it/);
  });

  it("revokes it when the stack's outputs have both", async () => {
    withOthers(stackOutputs({ accessKey: CURRENT, previous: { ...SECRET_SIGNATURE, plaintext: `"${OLD}"` } }));
    assert.equal((await sweep()).code, 0);
    assert.deepEqual(keysOf("ann"), [CURRENT]);
  });

  it("leaves a key that another provider signs in with", async () => {
    withOthers({
      urn: "urn:pulumi:prod::program::pulumi:providers:aws::s3",
      type: "pulumi:providers:aws",
      inputs: { accessKey: OLD },
    });
    assert.match((await sweep()).out, /is left: pulumi:providers:aws "s3" still holds it/);
  });

  it("sees what a dependent has right before it revokes, not what it had when sweep began", async () => {
    let looked = false;
    scene.gateway.between = (_request, kind) => {
      if (kind === "GET user" && !looked) withOthers(kubernetesSecret(OLD));
      looked = true;
    };
    assert.match((await sweep()).out, /is left: .*run pulumi up first/);
    assert.deepEqual(keysOf("ann"), [OLD, CURRENT].sort());
  });

  it("revokes for a fleet's members: their own fleet is nobody else, another one is", async () => {
    const members = (rotationId: string) => ({
      red: { uid: "red", displayName: "Red", gracePeriodSeconds: 60, rotationId },
      blue: { uid: "blue", displayName: "Blue", gracePeriodSeconds: 60, rotationId },
    });
    await scene.upFleet("prod", "teams", members("a"));
    await scene.upFleet("prod", "teams", members("b"));
    scene.world.advance(61);
    const blue = keyInScene("prod", "Users", "teams", "blue", "a");
    withOthers(kubernetesSecret(blue, keyInScene("prod", "Users", "teams", "red", "b")));
    const { out } = await sweep();
    assert.match(
      out,
      new RegExp(`prod teams/red: key ${keyInScene("prod", "Users", "teams", "red", "a")} revoked and refused`),
    );
    assert.match(out, new RegExp(`prod teams/blue: key ${blue} is left: .*"app" still holds it`));
    assert.deepEqual([keysOf("red").length, keysOf("blue").length], [1, 2]);
  });
});
