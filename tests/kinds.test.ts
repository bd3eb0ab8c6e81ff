/** One table of kinds: whatever a kind of user needs outside its backend, each test naming the place where it is missing. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { backends, kinds } from "../provider/backends";
import { SECRET_SIGNATURE } from "../provider/pulumi/state";
import * as sdk from "../sdk";
import { recorded } from "./fixtures/fixture";

const REPOSITORY = path.join(__dirname, "..");
const read = (file: string) => readFileSync(path.join(REPOSITORY, file), "utf8");
const { exports: subpaths, typesVersions } = JSON.parse(read("package.json"));

type Class = new (name: string, args: Record<string, string>) => pulumi.ProviderResource;
const namespaces = sdk as unknown as Readonly<Record<string, Readonly<Record<string, Class | undefined>> | undefined>>;

/** The settings that the SDK hands to the engine as secrets. */
async function secretsOf(kind: string, Provider: Class): Promise<string[]> {
  let handed: Record<string, unknown> = {};
  await pulumi.runtime.setMocks({
    newResource: ({ inputs }) => {
      handed = inputs;
      return { id: "id", state: {} };
    },
    call: () => ({}),
  });
  const names = Object.keys(backends[kind]?.sources ?? {});
  const provider = new Provider("one", Object.fromEntries(names.map((name) => [name, "given"])));
  await new Promise((resolve) => provider.urn.apply(resolve));
  const secret = { ...SECRET_SIGNATURE, value: "given" };
  return names.filter((name) => isDeepStrictEqual(handed[`${kind}:${name}`], secret));
}

for (const [kind, { kind: own, resource, sources, outputs }] of Object.entries(backends)) {
  describe(`the kind ${kind}`, () => {
    const className = resource.slice(kind.length + 1);

    it("is called so by its backend, and so are its resources", () => {
      assert.equal(own, kind);
      assert.match(resource, new RegExp(`^${kind}\\.\\w+$`));
    });

    it("has a namespace in sdk/index.ts, with a provider, a user and a fleet", () => {
      const missing = ["Provider", className, `${className}s`].filter((name) => !namespaces[kind]?.[name]);
      assert.deepEqual(missing, [], `sdk/index.ts: export * as ${kind} from "./${kind}", with these in sdk/${kind}.ts`);
    });

    it("has every setting as an output of its class", async () => {
      const User = namespaces[kind]?.[className] ?? assert.fail(`sdk/${kind}.ts has no ${className}`);
      const user = new User("one", {});
      await new Promise((resolve) => user.urn.apply(resolve));
      assert.deepEqual(
        outputs.filter((name) => !(name in user)),
        [],
        `the list SETTINGS of sdk/${kind}.ts`,
      );
    });

    it("has a subpath in package.json, under exports and typesVersions", () => {
      const file = `./dist/sdk/${kind}`;
      assert.deepEqual(subpaths[`./${kind}`], { types: `${file}.d.ts`, default: `${file}.js` });
      assert.deepEqual(typesVersions["*"][kind], [`${file}.d.ts`]);
    });

    it("has its secret settings, and no other, made secrets by the SDK", async () => {
      const secret = Object.keys(sources).filter((name) => sources[name]?.secret);
      const Provider = namespaces[kind]?.Provider ?? assert.fail(`sdk/${kind}.ts has no Provider`);
      assert.deepEqual(await secretsOf(kind, Provider), secret, `the list in the constructor of sdk/${kind}.ts`);
    });

    it("takes its secret settings from the environment, as a command line is no place for them", () => {
      const nowhere = Object.keys(sources).filter((name) => sources[name]?.secret && !sources[name]?.environment);
      assert.deepEqual(nowhere, [], `provider/backends/${kind}/settings.ts: these need an environment variable`);
    });

    it("has a page for people, and a suite in which it keeps the contract", () => {
      assert.ok(existsSync(path.join(REPOSITORY, `docs/${kind}.md`)), `docs/${kind}.md is missing`);
      const places = [`tests/backends/${kind}.test.ts`, `tests/${kind}/contract.test.ts`];
      const found = places.filter((file) => existsSync(path.join(REPOSITORY, file)));
      const kept = found.filter((file) => /^\s*contract\(/m.test(read(file)));
      assert.equal(kept.length, 1, `none of ${places.join(", ")} calls contract(…)`);
    });
  });
}

for (const [kind, { resource, isKeyless }] of Object.entries(kinds))
  it(`the kind ${kind} has recorded state among the fixtures, and so has a fleet of it`, () => {
    const types = Object.values(recorded()).map((fixture) => fixture.resource.type.split("/").at(-1));
    const wanted = (isKeyless ? [resource] : [resource, `${resource}s`]).map((name) => name.replace(".", ":"));
    const missing = wanted.filter((type) => !types.includes(type));
    assert.deepEqual(missing, [], "a candidate in tests/package, then tests/fixtures/write-kinds.ts");
  });

const others = Object.entries(kinds).filter(([kind]) => !(kind in backends));
const filesIn = (folder: string, ending: string) =>
  readdirSync(path.join(REPOSITORY, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending) && !file.includes("node_modules"))
    .map((file) => path.posix.join(folder, file));

for (const [kind, { kind: own, system, resource, isKeyless }] of others) {
  describe(`the kind ${kind}`, () => {
    const className = resource.slice(system.length + 1);

    it("is called by its system and its resource", () => {
      assert.equal(own, kind);
      assert.equal(resource, `${system}.${className}`);
      assert.equal(kind, `${system}.${className[0]?.toLowerCase()}${className.slice(1)}`);
    });

    it("has a class in the namespace of its system, and a fleet if it has keys", () => {
      const wanted = isKeyless ? [className] : [className, `${className}s`];
      const missing = wanted.filter((name) => !namespaces[system]?.[name]);
      assert.deepEqual(missing, [], `sdk/${system}.ts exports these`);
    });

    it("has a page that names it, and an example that makes one", () => {
      const pages = filesIn("docs", ".md").filter((file) => read(file).includes(`\`${resource}\``));
      assert.notDeepEqual(pages, [], `a page of docs/ about ${resource}`);
      const made = filesIn("examples", "index.ts").filter((file) => read(file).includes(`new ${resource}(`));
      assert.notDeepEqual(made, [], `an example with new ${resource}(…)`);
    });

    if (!isKeyless)
      it("has a suite in which it keeps the contract", () => {
        const from = new RegExp(
          `provider/backends/${system}/${kind.split(".")[1]?.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}"`,
        );
        const suites = filesIn("tests", ".ts").filter((file) => from.test(read(file)));
        const isKept = suites.some((file) => /contract\(|Adapter/.test(read(file)));
        assert.ok(isKept, `a suite of ${kind} calls contract(…)`);
      });
  });
}
