/** What users write is what the provider reads: the sdk's argument types against the provider's own names. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { backends, kinds } from "../../provider/backends";
import type { Backend } from "../../provider/backends/backend";

const SDK = path.join(__dirname, "../../sdk");

/** Members and bases of every interface in a file of the sdk. */
function interfacesOf(file: string) {
  const source = ts.createSourceFile(file, readFileSync(path.join(SDK, file), "utf8"), ts.ScriptTarget.ES2022, true);
  const found = new Map<string, { readonly names: string[]; readonly bases: string[] }>();
  for (const node of source.statements.filter(ts.isInterfaceDeclaration)) {
    const names = node.members.flatMap((member) => (member.name ? [member.name.getText(source)] : []));
    const bases = (node.heritageClauses ?? []).flatMap(({ types }) =>
      types.map((type) => type.expression.getText(source)),
    );
    found.set(node.name.text, { names, bases });
  }
  const undocumented = source.statements
    .filter(ts.isInterfaceDeclaration)
    .flatMap(({ name, members }) =>
      members
        .filter((member) => ts.getJSDocCommentsAndTags(member).length === 0)
        .map((member) => `${name.text}.${member.name?.getText(source)}`),
    );
  return { found, undocumented };
}

const shared = new Map([...interfacesOf("resource.ts").found, ...interfacesOf("keys.ts").found]);

/** All names of an interface, those of its bases included. */
function namesOf(file: string, name: string): string[] {
  const own = interfacesOf(file).found;
  const one = own.get(name) ?? shared.get(name);
  assert.ok(one, `${file} has an interface ${name}`);
  return [...one.names, ...one.bases.flatMap((base) => namesOf(file, base))].sort();
}

/** The arguments of a resource: of an ObjectUser, as of every system's users, UserArgs. */
function argsName({ kind, system, resource }: Backend): string {
  return kind === system ? "UserArgs" : `${resource.slice(system.length + 1)}Args`;
}

for (const [kind, backend] of Object.entries(kinds)) {
  const file = `${kind.replace(/[.A-Z]/g, (letter) => `-${letter === "." ? "" : letter.toLowerCase()}`)}.ts`;
  describe(`sdk/${file}`, () => {
    it("exists", () => assert.ok(existsSync(path.join(SDK, file))));
    it("has the inputs that the provider reads, all of them and no other", () => {
      assert.deepEqual(namesOf(file, argsName(backend)), [...backend.argNames].sort());
    });
    if (kind in backends)
      it("has the provider's settings, all of them and no other", () => {
        assert.deepEqual(namesOf(file, "ProviderArgs"), Object.keys(backend.sources).sort());
      });
    it("tells what each of them means", () => assert.deepEqual(interfacesOf(file).undocumented, []));
  });
}
