/** The arrows between the rooms, read from the imports: they point inward only. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";

const ROOT = path.join(__dirname, "..");

/** One import: from a file to another file of the repository, or to a package. */
interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly typesOnly: boolean;
}

const arrows = ["provider", "sdk", "cli", "devserver"].filter(isThere).flatMap(sources).flatMap(arrowsOf);

function isThere(directory: string): boolean {
  return existsSync(path.join(ROOT, directory));
}

function sources(directory: string): string[] {
  const entries = readdirSync(path.join(ROOT, directory), { withFileTypes: true, recursive: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith(".ts"),
  );
  return entries.map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
}

function arrowsOf(from: string): Arrow[] {
  const source = ts.createSourceFile(from, readFileSync(path.join(ROOT, from), "utf8"), ts.ScriptTarget.ES2022, true);
  const found: Arrow[] = [];
  const add = (specifier: string, typesOnly: boolean) => {
    const to = specifier.startsWith(".") ? path.join(path.dirname(from), specifier) : specifier;
    found.push({ from, to, typesOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const clause = node.importClause;
      const named = clause?.namedBindings;
      const allTypes =
        named !== undefined &&
        ts.isNamedImports(named) &&
        !clause?.name &&
        named.elements.every((one) => one.isTypeOnly);
      add(node.moduleSpecifier.text, clause?.isTypeOnly === true || allTypes);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, node.isTypeOnly);
    } else if (
      ts.isImportTypeNode(node) &&
      ts.isLiteralTypeNode(node.argument) &&
      ts.isStringLiteral(node.argument.literal)
    ) {
      add(node.argument.literal.text, true);
    } else if (ts.isCallExpression(node) && /^(require|import)$/.test(node.expression.getText(source))) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument)) add(argument.text, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const isIn = (place: string, file: string) => file === place || file.startsWith(`${place}/`);
/** The backend that a file belongs to; undefined for what they share. */
const backendOf = (file: string) =>
  /^provider\/backends\/([\w-]+)(\/|$)/
    .exec(file)?.[1]
    ?.replace(/^(backend|rows|only-keys|keyless|s3|s3-check|preflight-steps|fingerprint|index)$/, "") || undefined;

/** No arrow from a room may end anywhere else. */
function mayOnly(room: string, allowed: (arrow: Arrow) => boolean): void {
  const wrong = arrows.filter((arrow) => isIn(room, arrow.from) && !allowed(arrow));
  assert.deepEqual(
    wrong.map(({ from, to, typesOnly }) => `${from} -> ${to}${typesOnly ? " (types)" : ""}`),
    [],
  );
}

const isNode = ({ to }: Arrow) => to.startsWith("node:");
const isInside = (room: string) => (arrow: Arrow) => isIn(room, arrow.to);

describe("the architecture", () => {
  it("has rooms with arrows in them", () => {
    for (const room of [
      "provider",
      "provider/lifecycle",
      "provider/http",
      "provider/packaged",
      "provider/protocols",
      "provider/backends/rgw",
      "sdk",
      "cli",
      "devserver",
    ]) {
      assert.ok(
        arrows.some(({ from }) => isIn(room, from)),
        room,
      );
    }
  });

  it("provider knows nothing of Pulumi, of the sdk, or of what tests it; the packaged plugin speaks gRPC besides", () => {
    const isPackaged = (arrow: Arrow) => isIn("provider/packaged", arrow.from);
    const isOurs = (arrow: Arrow) => isNode(arrow) || isIn("provider", arrow.to) || /^(zod|aws4|yaml)$/.test(arrow.to);
    const isWire = ({ to }: Arrow) => /^(@grpc\/grpc-js|protobufjs\/light)$/.test(to);
    mayOnly("provider", (arrow) => isOurs(arrow) || (isPackaged(arrow) && isWire(arrow)));
  });

  it("nothing knows the packaged plugin, which is a file of its own", () => {
    for (const room of ["provider", "sdk", "cli"])
      mayOnly(room, ({ from, to }) => isIn("provider/packaged", from) || !isIn("provider/packaged", to));
  });

  it("sdk knows Pulumi and itself; of the provider it knows the names in state", () => {
    mayOnly(
      "sdk",
      ({ from, to }) =>
        isIn("sdk", to) ||
        to === "provider/protocol" ||
        // Look-ups run in the program; the rest of the provider is loaded by the first of them.
        (from === "sdk/look-up.ts" && to === "provider") ||
        /^(@pulumi\/pulumi|node:crypto|yaml|pulumi-object-users\/package\.json)$/.test(to),
    );
  });

  it("cli stands on the provider, and reads stacks by the Pulumi CLI alone", () => {
    const rooms = ["cli", "provider"];
    mayOnly(
      "cli",
      (arrow) =>
        isNode(arrow) ||
        rooms.some((room) => isIn(room, arrow.to)) ||
        /^(zod|commander|pulumi-object-users\/package\.json)$/.test(arrow.to),
    );
    mayOnly("provider", (arrow) => !isIn("cli", arrow.to));
  });

  it("lifecycle stands on errors alone", () => {
    mayOnly(
      "provider/lifecycle",
      (arrow) => isNode(arrow) || isInside("provider/lifecycle")(arrow) || arrow.to === "provider/errors",
    );
  });

  it("Pulumi's rules know nothing of what operators do", () => {
    mayOnly("provider/pulumi", (arrow) => !isIn("provider/operator", arrow.to));
  });

  it("http stands on errors alone", () => {
    mayOnly(
      "provider/http",
      (arrow) => isNode(arrow) || isInside("provider/http")(arrow) || /^(provider\/errors|aws4|zod)$/.test(arrow.to),
    );
  });

  it("protocols stand on http and errors: backends share them, and they know none", () => {
    const rooms = ["provider/protocols", "provider/http", "provider/errors"];
    mayOnly(
      "provider/protocols",
      (arrow) => isNode(arrow) || rooms.some((room) => isIn(room, arrow.to)) || arrow.to === "zod",
    );
  });

  it("backends know the lifecycle's words, protocols, http and errors; nothing of resources and state", () => {
    const rooms = ["provider/lifecycle", "provider/protocols", "provider/http", "provider/errors", "provider/backends"];
    mayOnly(
      "provider/backends",
      (arrow) => isNode(arrow) || rooms.some((room) => isIn(room, arrow.to)) || /^(zod|aws4|yaml)$/.test(arrow.to),
    );
  });

  it("backends take types from the lifecycle, not rules", () => {
    const rules = ["apply", "keys", "observe", "plan", "proof", "reconcile", "retirement", "sight", "wanted-key"];
    mayOnly(
      "provider/backends",
      (arrow) => arrow.typesOnly || !rules.some((rule) => arrow.to === `provider/lifecycle/${rule}`),
    );
  });

  it("no backend knows another one", () => {
    mayOnly("provider/backends", ({ from, to }) => {
      const [mine, theirs] = [backendOf(from), backendOf(to)];
      return !mine || !theirs || mine === theirs;
    });
  });

  it("the embedded systems share the wire's types with the provider, and none of its code", () => {
    mayOnly(
      "devserver",
      (arrow) => !isIn("provider", arrow.to) || (arrow.typesOnly && arrow.to === "provider/http/wire"),
    );
    mayOnly("devserver", (arrow) => !isIn("sdk", arrow.to) && !isIn("tests", arrow.to) && !isIn("tools", arrow.to));
  });

  it("nothing goes round in circles, not even for types", () => {
    const next = new Map<string, string[]>();
    for (const { from, to } of arrows) {
      const file = [`${to}.ts`, `${to}/index.ts`].find((candidate) => arrows.some((arrow) => arrow.from === candidate));
      if (file) next.set(from, [...(next.get(from) ?? []), file]);
    }
    const circles: string[] = [];
    const done = new Set<string>();
    const walk = (file: string, way: readonly string[]): void => {
      if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(" -> "));
      if (done.has(file) || way.includes(file)) return;
      for (const other of next.get(file) ?? []) walk(other, [...way, file]);
      done.add(file);
    };
    for (const file of next.keys()) walk(file, []);
    assert.deepEqual(circles, []);
  });
});
