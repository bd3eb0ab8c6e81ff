/**
 * The SDK's types as Pulumi's schema has them: an interface becomes a type of the schema with its comments when it is first
 * met. What resources and look-ups are made of these types is schema.ts's business.
 */
import * as ts from "typescript";
import { backends } from "../../provider/backends";
import { PACKAGE } from "../../provider/packaged/kinds";
import { SECRET_NAMES } from "../../provider/protocol";

/** A part of the schema. */
export type Json = Record<string, unknown>;

/** A property of a resource or a type. */
export type Property = Json & { description?: string };

/** Reads types. */
export class Types {
  /** The schema's own types by token. */
  readonly all: Record<string, Json> = {};
  private readonly sources = new Map<string, ts.Type>();

  constructor(readonly checker: ts.TypeChecker) {}

  /** What an interface has, and what of it must be given. */
  object(type: ts.Type, kind: string, { secrets, integers }: { secrets: string[]; integers: string[] }) {
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
      if (!this.mayBeAbsent(symbol)) required.push(name);
    }
    return { properties, ...(required.length > 0 ? { required: required.sort() } : {}) };
  }

  private mayBeAbsent(symbol: ts.Symbol): boolean {
    const isUndefined = ({ flags }: ts.Type) => (flags & ts.TypeFlags.Undefined) !== 0;
    const type = this.checker.getTypeOfSymbol(symbol);
    return (symbol.flags & ts.SymbolFlags.Optional) !== 0 || (type.isUnion() && type.types.some(isUndefined));
  }

  /** A type without Pulumi's inputs and undefined around it. */
  type(type: ts.Type, kind: string, integers: string[], name: string): Property {
    if (type.isUnion()) {
      const parts = type.types.filter((part) => !isAround(part));
      if (parts.every((part) => part.flags & ts.TypeFlags.BooleanLike)) return { type: "boolean" };
      if (parts.length !== 1) raise(`sdk/${kind}.ts: ${name} has the type ${this.checker.typeToString(type)}`);
      return this.type(parts[0] as ts.Type, kind, integers, name);
    }
    const [inside] = type.aliasSymbol?.name === "Output" ? (type.aliasTypeArguments ?? []) : [];
    if (inside) return this.type(inside, kind, integers, name);
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
    const isShared = ["Key", "FoundKey", "Credentials"].includes(title);
    const isOfProvider = Object.keys(backends[kind]?.sources ?? {}).includes(name);
    const rooted = isOfProvider ? `index:${upper(kind)}${title}` : `${kind}:${title}`;
    const token = `${PACKAGE}:${isShared ? `index:${title}` : rooted}`;
    if ((this.sources.get(token) ?? type) !== type) raise(`sdk/${kind}.ts: ${token} would be two types`);
    if (!this.all[token]) {
      this.sources.set(token, type);
      this.all[token] = { type: "object", description: this.doc(own) };
      Object.assign(this.all[token] as Json, this.object(type, kind, { secrets: SECRET_NAMES, integers }));
    }
    return token;
  }

  /** What a comment says, without its example in TypeScript. */
  doc(symbol: ts.Symbol): string | undefined {
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

/** What a type is called; a fleet's member by what it is a member of, where that is not the system's users. */
function titleOf(type: ts.Type, { name }: ts.Symbol): string {
  const [title, of] = [name.replace(/Args$/, ""), type.aliasTypeArguments?.[0]];
  const own = title === "Member" ? ((of?.aliasSymbol ?? of?.symbol)?.name.replace(/Args$/, "") ?? "") : "";
  return /^(Object)?User$|^$/.test(own) ? title : `${own}${title}`;
}

/** A name with a capital. */
export const upper = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** The SDK has what no schema can say. */
export function raise(problem: string): never {
  throw new Error(problem);
}
