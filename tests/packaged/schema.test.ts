/** The package's schema: it has what the SDK and the backends have, and by its aliases no state is lost. */
import assert from "node:assert/strict";
import { backends, kinds } from "../../provider/backends";
import { kindOf } from "../../provider/packaged/kinds";
import { SECRET_NAMES } from "../../provider/protocol";
import { packageSchema } from "../../tools/plugin/schema";

type Property = {
  readonly type?: string;
  readonly $ref?: string;
  readonly secret?: boolean;
  readonly replaceOnChanges?: boolean;
};
type Properties = Readonly<Record<string, Property>>;
interface Resource {
  readonly aliases: readonly { readonly type: string }[];
  readonly inputProperties: Properties;
  readonly requiredInputs: readonly string[];
  readonly properties: Properties;
}

describe("the package's schema", function () {
  this.timeout(60_000);
  let resources: Readonly<Record<string, Resource>>;
  let types: Readonly<Record<string, { readonly properties: Properties }>>;
  before(() => {
    const schema = packageSchema("1.2.3") as { resources: typeof resources; types: typeof types; version: string };
    ({ resources, types } = schema);
    assert.equal(schema.version, "1.2.3");
    assert.doesNotMatch(JSON.stringify(schema), /```ts/, "examples in TypeScript are for TypeScript");
  });

  it("has the resource of every kind and, where there are fleets, that of many; and no other", () => {
    const all = Object.values(kinds).flatMap(({ resource, isKeyless }) =>
      isKeyless ? [resource] : [resource, `${resource}s`],
    );
    assert.deepEqual(Object.keys(resources).sort(), all.map((one) => `object-users:${one.replace(".", ":")}`).sort());
  });

  it("describes a fleet's member by the inputs of what it is a fleet of", () => {
    for (const [type, { inputProperties }] of Object.entries(resources)) {
      const members = resources[`${type}s`]?.inputProperties.users as { additionalProperties: Property } | undefined;
      if (members === undefined) continue;
      const described = types[String(members.additionalProperties.$ref).replace("#/types/", "")]?.properties ?? {};
      const ofFleets = ["protect", "retainOnDelete"];
      const others = Object.keys(described).filter((name) => !(name in inputProperties) && !ofFleets.includes(name));
      const missing = Object.keys(inputProperties).filter((name) => !(name in described));
      assert.deepEqual([missing, others], [[], []], type);
    }
  });

  it("has whole numbers where the inputs do, but sizes that need more than 32 bits", () => {
    const { maxBuckets, gracePeriodSeconds } = resources["object-users:rgw:User"]?.inputProperties ?? {};
    const size = types["object-users:rgw:Quota"]?.properties.maxSizeBytes;
    assert.deepEqual([maxBuckets?.type, gracePeriodSeconds?.type, size?.type], ["integer", "integer", "number"]);
  });

  it("gives each the type behind the other door as an alias", () => {
    for (const [type, { aliases }] of Object.entries(resources))
      assert.deepEqual(aliases, [{ type: `pulumi-nodejs:dynamic/${type.replace(":", "/")}` }]);
  });

  for (const { resource, args, argNames, replaceOn, isKeyless } of Object.values(kinds)) {
    const type = `object-users:${resource.replace(".", ":")}`;

    it(`${resource} has the inputs that its backend takes, and says which replace it`, () => {
      const { inputProperties, requiredInputs } = resources[type] ?? assert.fail();
      const extra = Object.keys(inputProperties).filter((name) => !argNames.includes(name));
      assert.deepEqual(extra, []);
      const replacing = Object.keys(inputProperties).filter((name) => inputProperties[name]?.replaceOnChanges);
      assert.deepEqual(replacing.sort(), [...replaceOn].sort());
      const missing = args.safeParse({}).error?.issues.map(({ path }) => String(path[0])) ?? [];
      for (const name of requiredInputs) assert.ok(missing.includes(name), `${name} is required`);
    });

    it(`${resource} has the outputs that the plugin gives, the secret ones as secrets`, () => {
      for (const each of isKeyless ? [type] : [type, `${type}s`]) {
        const { properties } = resources[each] ?? assert.fail();
        for (const name of kindOf(each)?.outputs ?? assert.fail()) assert.ok(properties[name], `${each} ${name}`);
        for (const [name, { secret = false }] of Object.entries(properties))
          assert.equal(secret, [...SECRET_NAMES, "credentials"].includes(name), `${each} ${name}`);
      }
    });
  }

  for (const [kind, { sources }] of Object.entries(backends)) {
    it(`${kind} has the settings of its connection, the secret ones as secrets`, () => {
      const token = `object-users:index:${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}Connection`;
      const { properties } = types[token] ?? assert.fail(token);
      assert.deepEqual(Object.keys(properties).sort(), Object.keys(sources).sort());
      for (const [name, { secret }] of Object.entries(properties)) assert.equal(secret, sources[name]?.secret, name);
    });
  }
});
