/** rgw's resources as Pulumi's engine gets them: type, constant `__provider`, secrets, outputs that are not known yet. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { identityOf } from "../../provider/protocol";
import { rgw } from "../../sdk";

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

const registered: Registered[] = [];

/** What the provider writes of settings: of a user and, once for all members, of a fleet. */
const FOUND = { email: "", maxBuckets: 1000, caps: [], __defaults: { email: "", maxBuckets: 1000 } };

/** A secret as it travels to the engine. */
const secret = (value: string) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });

describe("sdk/rgw.ts", () => {
  before(() =>
    pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs });
        const credentials = { red: { accessKey: "AK", secretKey: "hush" } };
        const members = { red: '{"maxBuckets":5}', blue: { maxBuckets: 6, email: "b@c.d" } };
        const written = { accessKey: "AK", secretKey: "hush", credentials, ...(name === "old" ? {} : FOUND), members };
        return { id: `${name}-id`, state: { ...inputs, ...written } };
      },
      call: () => ({}),
    }),
  );
  beforeEach(() => {
    registered.length = 0;
  });

  const value = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

  /** What the engine was told of one resource. */
  async function register(resource: pulumi.Resource): Promise<Registered> {
    await value(resource.urn);
    return registered[0] ?? assert.fail("nothing was registered");
  }

  it("registers a user under its own type, with its inputs and the address of its code", async () => {
    const { type, name, inputs } = await register(
      new rgw.User("alice", { uid: "ann", displayName: "Ann", maxBuckets: 5 }),
    );
    assert.deepEqual([type, name], ["pulumi-nodejs:dynamic/object-users/rgw:User", "alice"]);
    assert.deepEqual(inputs, {
      uid: "ann",
      displayName: "Ann",
      maxBuckets: 5,
      __identity: identityOf(`urn:pulumi:stack::project::${type}::alice`),
      __provider: 'exports.handler = () => require("pulumi-object-users/provider").provider("rgw", 1);',
    });
  });

  it("has an identity of its own by its name, its parent and the way to it", async () => {
    class Team extends pulumi.ComponentResource {
      constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
        super("acme:org:Team", name, {}, opts);
      }
    }
    const [red, blue] = [new Team("red"), new Team("blue")];
    const inner = new Team("red", { parent: red });
    const args = { uid: "ann", displayName: "Ann" };
    const users = [
      new rgw.User("ann", args),
      new rgw.User("bob", args),
      new rgw.User("ann", args, { parent: red }),
      new rgw.User("ann", args, { parent: inner }),
      new rgw.Users("ann", { users: { ann: args } }),
      new rgw.User("ann", args, { parent: blue }),
    ];
    await Promise.all(users.map((user) => value(user.urn)));
    const identities = registered.flatMap(({ inputs }) => inputs.__identity ?? []);
    // Two parents of one type: Pulumi itself refuses the same name twice then.
    assert.deepEqual([identities.length, new Set(identities).size], [6, 5]);
    assert.ok(identities.every((identity) => /^[\w-]{22}$/.test(String(identity))));
  });

  it("names the inputs that are secrets, and only then", async () => {
    const args = { uid: "ann", displayName: pulumi.secret("Ann"), caps: [pulumi.output("users=read")] };
    const user = await register(new rgw.User("ann", { ...args, rotationId: pulumi.output("1") }));
    assert.deepEqual(user.inputs.__secretInputs, ["displayName"]);
    registered.length = 0;
    const fleet = await register(new rgw.Users("teams", { users: { ann: pulumi.output(args) } }));
    assert.deepEqual(fleet.inputs.__secretInputs, ["*"]);
  });

  it("registers a fleet under its own type", async () => {
    const users = { red: { uid: "red", displayName: "Red" } };
    const { type, inputs } = await register(new rgw.Users("teams", { defaults: { maxBuckets: 5 }, users }));
    assert.equal(type, "pulumi-nodejs:dynamic/object-users/rgw:Users");
    assert.deepEqual(inputs, {
      defaults: { maxBuckets: 5 },
      users,
      __identity: identityOf(`urn:pulumi:stack::project::${type}::teams`),
      __provider: 'exports.handler = () => require("pulumi-object-users/provider").provider("rgw/fleet", 1);',
    });
  });

  it("keeps the code's address the same, whatever the inputs", async () => {
    const texts = new Set<unknown>();
    for (const args of [
      { uid: "a", displayName: "A" },
      { uid: "b", displayName: "B", secretKey: "x", accessKey: "y" },
    ]) {
      registered.length = 0;
      texts.add((await register(new rgw.User(`user-${args.uid}`, args))).inputs.__provider);
    }
    assert.equal(texts.size, 1);
  });

  it("hands a secret of the program over as a secret", async () => {
    const { inputs } = await register(
      new rgw.User("own", { uid: "a", displayName: "A", accessKey: "MINE", secretKey: "hush" }),
    );
    assert.deepEqual([inputs.accessKey, inputs.secretKey], ["MINE", secret("hush")]);
  });

  it("makes the secret outputs secret", async () => {
    const user = new rgw.User("secret", { uid: "ann", displayName: "Ann" });
    assert.equal(await pulumi.isSecret(user.secretKey), true);
    assert.equal(await pulumi.isSecret(user.previousSecretKey), true);
    assert.equal(await pulumi.isSecret(user.accessKey), false);
    assert.equal(await value(user.secretKey), "hush");
  });

  it("gives the outputs of a member of a fleet one by one", async () => {
    const fleet = new rgw.Users("fleet", { users: {} });
    assert.equal(await pulumi.isSecret(fleet.credentials), true);
    const { accessKey, secretKey, previousAccessKey } = fleet.get("red");
    assert.deepEqual(
      [await value(accessKey), await value(secretKey), await value(previousAccessKey)],
      ["AK", "hush", undefined],
    );
    assert.deepEqual([await pulumi.isSecret(accessKey), await pulumi.isSecret(secretKey)], [false, true]);
  });

  it("gives the settings of a user as found", async () => {
    const { email, maxBuckets, caps } = new rgw.User("ann", { uid: "ann", displayName: "Ann" });
    assert.deepEqual([await value(email), await value(maxBuckets), await value(caps)], ["", 1000, []]);
  });

  it("gives the settings of a fleet's members, with what all have alike", async () => {
    const fleet = new rgw.Users("fleet", { users: {} });
    const of = async (name: string) => {
      const { maxBuckets, email } = fleet.get(name);
      return [await value(maxBuckets), await value(email), await pulumi.isSecret(maxBuckets)];
    };
    assert.deepEqual(
      [await of("red"), await of("blue")],
      [
        [5, "", false],
        [6, "b@c.d", false],
      ],
    );
  });

  it("gives what an early release wrote of them, and the rest once it was updated", async () => {
    const { maxBuckets, email } = new rgw.Users("old", { users: {} }).get("red");
    assert.deepEqual([await value(maxBuckets), await value(email)], [5, undefined]);
  });

  it("keeps the settings of members secret where an input of one is", async () => {
    const users = { red: { uid: "red", displayName: pulumi.secret("Red") } };
    assert.equal(await pulumi.isSecret(new rgw.Users("hidden", { users }).get("red").maxBuckets), true);
  });

  it("gives a provider its settings under the names of stack configuration", async () => {
    const { type, inputs } = await register(
      new rgw.Provider("cluster", { endpoint: "https://rgw.test", accessKey: "AK", secretKey: "hush", insecure: true }),
    );
    assert.equal(type, "pulumi:providers:pulumi-nodejs");
    assert.deepEqual(inputs, {
      "rgw:endpoint": "https://rgw.test",
      "rgw:accessKey": "AK",
      "rgw:secretKey": secret("hush"),
      "rgw:insecure": true,
    });
  });

  it("a provider without arguments leaves all to configuration and environment", async () => {
    assert.deepEqual((await register(new rgw.Provider("bare"))).inputs, {});
  });
});
