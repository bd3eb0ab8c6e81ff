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
import { type Json, type Property, raise, Types, upper } from "./types";

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

/** What programs look up, in each system's file. */
const FUNCTIONS = ["getUser", "listUsers"];

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
  const names = files.map(([, file]) => file);
  const program = ts.createProgram(names, OPTIONS);
  const reader = new Reader(new Types(program.getTypeChecker()));
  const settings: Json = {};
  const resources: Json = {};
  const functions: Json = {};
  for (const [system, file] of files) {
    const statements: ts.Statement[] = [...(program.getSourceFile(file)?.statements ?? [])];
    for (const node of statements.filter(ts.isFunctionDeclaration)) {
      const name = node.name?.text ?? "";
      if (FUNCTIONS.includes(name)) functions[`${PACKAGE}:${system}:${name}`] = reader.lookUp(node, system);
    }
    for (const node of statements.filter(ts.isClassDeclaration)) {
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
    types: reader.types.all,
    resources,
    functions,
    language: {
      nodejs: { packageName: "pulumi-object-users-generated", respectSchemaVersion: true },
      python: { packageName: "pulumi_object_users", pyproject: { enabled: true }, respectSchemaVersion: true },
      go: {
        // What programs that are converted import, as the SDK calls itself.
        importBasePath: `example.com/pulumi-${PACKAGE}/sdk/go/${PACKAGE.replace("-", "")}`,
        generateResourceContainerTypes: false,
        respectSchemaVersion: true,
      },
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
  constructor(readonly types: Types) {}

  classOf(node: ts.ClassDeclaration, file: string): Class {
    const symbol = node.name && this.types.checker.getSymbolAtLocation(node.name);
    const making = node.members.find(ts.isConstructorDeclaration);
    const args = making?.parameters[1];
    if (!symbol || !args) return raise(`sdk/${file}: a class has no arguments`);
    const outputs = new Map<string, { type: ts.Type; description: string | undefined }>();
    for (const property of this.types.checker.getDeclaredTypeOfSymbol(symbol).getProperties()) {
      const declared = property.valueDeclaration;
      if (!declared || !ts.isPropertyDeclaration(declared) || isForeign(declared) || isPrivate(declared)) continue;
      const output = declared.type && ts.isTypeReferenceNode(declared.type) && declared.type.typeArguments?.[0];
      if (!output) throw new Error(`sdk/${file}: ${symbol.name}.${property.name} is no Output`);
      outputs.set(property.name, {
        type: this.types.checker.getTypeFromTypeNode(output),
        description: this.types.doc(property),
      });
    }
    const type = this.types.checker.getTypeAtLocation(args);
    return { name: symbol.name, description: this.types.doc(symbol), args: type, outputs };
  }

  /** A connection's settings. What the provider refers to is in the root module: in Go its package would import itself. */
  connection({ args }: Class, kind: string, { sources }: Backend): Property {
    const token = `${PACKAGE}:index:${upper(kind)}Connection`;
    const { properties } = this.types.object(args, kind, {
      secrets: Object.keys(sources).filter((name) => sources[name]?.secret),
      integers: integersOf(Object.fromEntries(Object.entries(sources).map(([name, { schema }]) => [name, schema]))),
    });
    const description = `A connection for the resources of ${kind}. What is not given comes from the environment.`;
    this.types.all[token] = { type: "object", description, properties };
    return { $ref: `#/types/${token}`, description: `The connection for the resources of ${kind}.` };
  }

  resource({ name, description, args, outputs }: Class, kind: string): Json {
    const type = `${PACKAGE}:${kind}:${name}`;
    const { isFleet, backend } = kindOf(type) ?? raise(`sdk/${kind}.ts: ${name} is no resource of the plugin`);
    const { args: schema } = backend;
    const integers = integersOf(shapeOf(schema));
    const secrets = [...SECRET_NAMES, "credentials"];
    const { properties, required = [] } = this.types.object(args, kind, { secrets, integers });
    for (const replacing of backend.replaceOn) {
      const property = isFleet ? undefined : properties[replacing];
      if (property) property.replaceOnChanges = true;
    }
    const shown = [...outputs].map(([output, { type, description }]) => {
      const property = {
        ...this.types.type(type, kind, integers, output),
        ...(description ? { description } : {}),
        // In C# no member of a class has the name of the class.
        ...(upper(output) === name ? { language: { csharp: { name: `${name}Id` } } } : {}),
      };
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

  /** A look-up. Users are listed by the arguments with which each is looked up. */
  lookUp(node: ts.FunctionDeclaration, kind: string): Json {
    const { args: schema, listedBy } = backends[kind] as Backend;
    const how = { secrets: SECRET_NAMES, integers: integersOf(shapeOf(schema)) };
    const declared = node.name && this.types.checker.getSymbolAtLocation(node.name);
    const [given] = node.parameters.map((parameter) => this.types.checker.getTypeAtLocation(parameter));
    const signature = this.types.checker.getSignatureFromDeclaration(node);
    const [answer] = signature
      ? this.types.checker.getTypeArguments(signature.getReturnType() as ts.TypeReference)
      : [];
    if (!declared || !given || !answer) return raise(`sdk/${kind}.ts: a look-up takes or answers nothing`);
    const description = this.types.doc(declared);
    if (declared.name === "getUser") {
      const inputs = { type: "object", ...this.types.object(given, kind, how) };
      return { description, inputs, outputs: { type: "object", ...this.types.object(answer, kind, how) } };
    }
    const [element] = this.types.checker.getTypeArguments(answer as ts.TypeReference);
    const token = `${PACKAGE}:${kind}:ListedUser`;
    const which = "The arguments with which getUser looks up a user.";
    this.types.all[token] = { type: "object", description: which, ...this.types.object(element as ts.Type, kind, how) };
    const users = { type: "array", items: { $ref: `#/types/${token}` }, description: "Each user." };
    return {
      description,
      ...(listedBy.length > 0 ? { inputs: { type: "object", ...this.types.object(given, kind, how) } } : {}),
      outputs: { type: "object", properties: { users }, required: ["users"] },
    };
  }
}

/** What the class itself reads, and programs do not. */
function isPrivate(node: ts.PropertyDeclaration): boolean {
  const isSaid = ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Private;
  return isSaid !== 0 || ts.isPrivateIdentifier(node.name);
}

function isForeign(node: ts.Node): boolean {
  return node.getSourceFile().fileName.includes("node_modules");
}

/** The members of a user's inputs, whatever is asked of them together, and those that every user has. */
function shapeOf(schema: z.ZodType): Record<string, z.ZodType> {
  return { ...lifecycleArgs, ...(schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : {}) };
}

/** The names of numbers that are whole. Those in objects are none of them: sizes may not fit the 32 bits of C#. */
function integersOf(schemas: Record<string, z.ZodType>): string[] {
  const isWhole = (schema: z.ZodType) =>
    z.toJSONSchema(schema, { unrepresentable: "any", io: "input" }).type === "integer";
  return Object.entries(schemas).flatMap(([name, schema]) => (isWhole(schema) ? [name] : []));
}
