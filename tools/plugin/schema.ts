/**
 * The package's schema for Pulumi, read off the SDK's classes, their comments, and the rows of the backends: what inputs and
 * outputs there are is said in one place.
 */
import { readdirSync } from "node:fs";
import path from "node:path";
import * as ts from "typescript";
import * as z from "zod";
import { backends } from "../../provider/backends";
import type { Backend } from "../../provider/backends/backend";
import { lifecycleArgs } from "../../provider/backends/rows";
import { kindOf, PACKAGE } from "../../provider/packaged/kinds";
import { SECRET_NAMES } from "../../provider/protocol";

type Json = Record<string, unknown>;

/** A property of a resource or a type. */
type Property = Json & { description?: string };

const SDK = path.join(__dirname, "..", "..", "sdk");
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  skipLibCheck: true,
  esModuleInterop: true,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  target: ts.ScriptTarget.ES2022,
  types: ["node"],
};

/** Outputs that every resource has once it is made. */
const ALWAYS = ["userId", "keys", "credentials"];

/** The type of the same resource through the SDK and Pulumi's plugin for dynamic resources: state moves by it. */
const dynamicType = (type: string) => `pulumi-nodejs:dynamic/${type.replace(":", "/")}`;

/** Reads the schema of a release. */
export function packageSchema(version: string): Json {
  // A system's other resources have files of their own, which its namespace exports: sdk/rgw-account.ts.
  const files = Object.keys(backends).flatMap((system) =>
    readdirSync(SDK)
      .filter((file) => file === `${system}.ts` || file.startsWith(`${system}-`))
      .map((file) => [system, path.join(SDK, file)] as const),
  );
  const program = ts.createProgram(
    files.map(([, file]) => file),
    OPTIONS,
  );
  const reader = new Reader(program.getTypeChecker());
  const settings: Json = {};
  const resources: Json = {};
  for (const [system, file] of files) {
    for (const node of program.getSourceFile(file)?.statements.filter(ts.isClassDeclaration) ?? []) {
      const found = reader.classOf(node, path.basename(file));
      if (found.name === "Provider") settings[system] = reader.connection(found, system, backends[system] as Backend);
      else resources[`${PACKAGE}:${system}:${found.name}`] = reader.resource(found, system);
    }
  }
  return {
    name: PACKAGE,
    version,
    displayName: "Object-storage users",
    description:
      "Users of object storage and their keys: rotation with a grace period, every key proven before it is published and refused after it is revoked.",
    keywords: ["category/infrastructure", "kind/native"],
    license: "Apache-2.0",
    meta: { moduleFormat: "(.*)" },
    config: { variables: settings },
    provider: { description: "Connections: an object for each system that is used.", inputProperties: settings },
    types: reader.types,
    resources,
    language: {
      nodejs: { packageName: "pulumi-object-users-generated", respectSchemaVersion: true },
      python: { packageName: "pulumi_object_users", pyproject: { enabled: true }, respectSchemaVersion: true },
      go: { generateResourceContainerTypes: false, respectSchemaVersion: true },
      csharp: { respectSchemaVersion: true },
    },
  };
}

/** A class of the SDK. */
interface Class {
  readonly name: string;
  readonly description: string | undefined;
  readonly args: ts.Type;
  readonly outputs: ReadonlyMap<string, { readonly type: ts.Type; readonly description: string | undefined }>;
}

class Reader {
  readonly types: Record<string, Json> = {};

  constructor(private readonly checker: ts.TypeChecker) {}

  classOf(node: ts.ClassDeclaration, file: string): Class {
    const symbol = node.name && this.checker.getSymbolAtLocation(node.name);
    const making = node.members.find(ts.isConstructorDeclaration);
    const args = making?.parameters[1];
    if (!symbol || !args) throw new Error(`sdk/${file}: a class has no arguments`);
    const outputs = new Map<string, { type: ts.Type; description: string | undefined }>();
    for (const property of this.checker.getDeclaredTypeOfSymbol(symbol).getProperties()) {
      const declared = property.valueDeclaration;
      if (!declared || !ts.isPropertyDeclaration(declared) || isForeign(declared) || isPrivate(declared)) continue;
      const output = declared.type && ts.isTypeReferenceNode(declared.type) && declared.type.typeArguments?.[0];
      if (!output) throw new Error(`sdk/${file}: ${symbol.name}.${property.name} is no Output`);
      outputs.set(property.name, {
        type: this.checker.getTypeFromTypeNode(output),
        description: this.doc(property),
      });
    }
    const type = this.checker.getTypeAtLocation(args);
    return { name: symbol.name, description: this.doc(symbol), args: type, outputs };
  }

  /** A connection's settings. What the provider refers to is in the root module: in Go its package would import itself. */
  connection({ args }: Class, kind: string, { sources }: Backend): Property {
    const token = `${PACKAGE}:index:${upper(kind)}Connection`;
    const { properties } = this.object(args, kind, {
      secrets: Object.keys(sources).filter((name) => sources[name]?.secret),
      integers: integersOf(Object.fromEntries(Object.entries(sources).map(([name, { schema }]) => [name, schema]))),
    });
    const description = `A connection for the resources of ${kind}. What is not given comes from the environment.`;
    this.types[token] = { type: "object", description, properties };
    return { $ref: `#/types/${token}`, description: `The connection for the resources of ${kind}.` };
  }

  resource({ name, description, args, outputs }: Class, kind: string): Json {
    const type = `${PACKAGE}:${kind}:${name}`;
    const { isFleet, backend } = kindOf(type) ?? raise(`sdk/${kind}.ts: ${name} is no resource of the plugin`);
    const { args: schema } = backend;
    const integers = integersOf({ ...lifecycleArgs, ...shapeOf(schema) });
    const secrets = [...SECRET_NAMES, "credentials"];
    const { properties, required = [] } = this.object(args, kind, { secrets, integers });
    for (const replacing of backend.replaceOn) {
      const property = isFleet ? undefined : properties[replacing];
      if (property) property.replaceOnChanges = true;
    }
    const shown = [...outputs].map(([output, { type, description }]) => {
      const property = { ...this.type(type, kind, integers, output), ...(description ? { description } : {}) };
      return [output, secrets.includes(output) ? { ...property, secret: true } : property] as const;
    });
    const inputs = isFleet ? {} : properties;
    const given = isFleet ? [] : required;
    return {
      ...(description ? { description } : {}),
      aliases: [{ type: dynamicType(type) }],
      inputProperties: properties,
      requiredInputs: required,
      properties: { ...inputs, ...Object.fromEntries(shown) },
      required: [...new Set([...given, ...ALWAYS.filter((output) => outputs.has(output))])].sort(),
    };
  }

  private object(type: ts.Type, kind: string, { secrets, integers }: { secrets: string[]; integers: string[] }) {
    const properties: Record<string, Property> = {};
    const required: string[] = [];
    for (const symbol of type.getProperties()) {
      const { name } = symbol;
      const description = this.doc(symbol);
      properties[name] = {
        ...this.type(this.checker.getTypeOfSymbol(symbol), kind, integers, name),
        ...(description ? { description } : {}),
        ...(secrets.includes(name) ? { secret: true } : {}),
      };
      if (!(symbol.flags & ts.SymbolFlags.Optional)) required.push(name);
    }
    return { properties, ...(required.length > 0 ? { required: required.sort() } : {}) };
  }

  /** A type without Pulumi's inputs and undefined around it. */
  private type(type: ts.Type, kind: string, integers: string[], name: string): Property {
    if (type.isUnion()) {
      const parts = type.types.filter((part) => !isAround(part));
      if (parts.every((part) => part.flags & ts.TypeFlags.BooleanLike)) return { type: "boolean" };
      if (parts.length !== 1) raise(`sdk/${kind}.ts: ${name} has the type ${this.checker.typeToString(type)}`);
      return this.type(parts[0] as ts.Type, kind, integers, name);
    }
    if (type.flags & ts.TypeFlags.StringLike) return { type: "string" };
    if (type.flags & ts.TypeFlags.NumberLike) return { type: integers.includes(name) ? "integer" : "number" };
    if (type.flags & ts.TypeFlags.BooleanLike) return { type: "boolean" };
    const [element] = this.checker.isArrayType(type) ? this.checker.getTypeArguments(type as ts.TypeReference) : [];
    if (element) return { type: "array", items: this.type(element, kind, integers, name) };
    const values = type.getStringIndexType();
    if (values) return { type: "object", additionalProperties: this.type(values, kind, integers, name) };
    return { $ref: `#/types/${this.named(type, kind, integers, name)}` };
  }

  /** The token of an interface, which is described when it is first met. */
  private named(type: ts.Type, kind: string, integers: string[], name: string): string {
    // An input's members as a system shows them are described as the input is.
    const [input] = type.aliasSymbol?.name === "Resolved" ? (type.aliasTypeArguments ?? []) : [];
    if (input) return this.named(input, kind, integers, name);
    const own = type.aliasSymbol ?? type.symbol;
    if (!own) return raise(`sdk/${kind}.ts: ${name} has the type ${this.checker.typeToString(type)}`);
    const title = titleOf(type, own);
    const isShared = ["Key", "Credentials"].includes(title);
    const isOfProvider = Object.keys(backends[kind]?.sources ?? {}).includes(name);
    const token = isShared
      ? `${PACKAGE}:index:${title}`
      : isOfProvider
        ? `${PACKAGE}:index:${upper(kind)}${title}`
        : `${PACKAGE}:${kind}:${title}`;
    if (!this.types[token]) {
      const description = this.doc(own);
      this.types[token] = { type: "object", ...(description ? { description } : {}) };
      Object.assign(this.types[token] as Json, this.object(type, kind, { secrets: SECRET_NAMES, integers }));
    }
    return token;
  }

  /** What a comment says, without its example in TypeScript. */
  private doc(symbol: ts.Symbol): string | undefined {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.checker));
    return text.replace(/```ts[\s\S]*?```/g, "").trim() || undefined;
  }
}

/** What stands around an input's or an output's own type. */
function isAround(part: ts.Type): boolean {
  return (
    (part.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) !== 0 ||
    ["Promise", "OutputInstance"].includes(part.symbol?.name ?? "")
  );
}

/** What the class itself reads, and programs do not. */
function isPrivate(node: ts.PropertyDeclaration): boolean {
  const isSaid = ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private;
  return isSaid !== 0 || ts.isPrivateIdentifier(node.name);
}

function isForeign(node: ts.Node): boolean {
  return node.getSourceFile().fileName.includes("node_modules");
}

/** The members of a user's inputs, whatever is asked of them together. */
function shapeOf(schema: z.ZodType): Record<string, z.ZodType> {
  return schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : {};
}

/** What a type is called; a fleet's member by what it is a member of, where that is not the system's users. */
function titleOf(type: ts.Type, { name }: ts.Symbol): string {
  const title = name.replace(/Args$/, "");
  const [of] = title === "Member" ? (type.aliasTypeArguments ?? []) : [];
  const own = (of?.aliasSymbol ?? of?.symbol)?.name.replace(/Args$/, "") ?? "";
  return /^(Object)?User$|^$/.test(own) ? title : `${own}${title}`;
}

/** The names of numbers that are whole. */
function integersOf(schemas: Record<string, z.ZodType>): string[] {
  const isWhole = (schema: z.ZodType) =>
    z.toJSONSchema(schema, { unrepresentable: "any", io: "output" }).type === "integer";
  return Object.entries(schemas).flatMap(([name, schema]) => (isWhole(schema) ? [name] : []));
}

function upper(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function raise(problem: string): never {
  throw new Error(problem);
}
