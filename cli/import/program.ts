/** The program that declares users as they were found: TypeScript, formatted as a person would, without a secret. */
import { printableJson } from "../../provider/printable";
import type { Inputs } from "../../provider/pulumi/state";

/** A user to be declared. */
export interface Declaration {
  readonly name: string;
  readonly inputs: Inputs;
}

/** What the program is made of. */
export interface ProgramParts {
  /** "rgw". */
  readonly system: string;
  /** "rgw.User". */
  readonly resource: string;
  readonly users: readonly Declaration[];
  /** One fleet of this name for all, instead of a resource for each. */
  readonly fleet?: string;
  /** Inputs that all users of a fleet share. */
  readonly defaults: Inputs;
}

const WIDTH = 100;
const INDENT = "  ";

/** The text of the program, a module that another one imports. */
export function programText({ system, resource, users, fleet, defaults }: ProgramParts): string {
  const head = [
    "// Users that were there before: this declares them as they were found, so that the first `pulumi up` changes nothing.",
    `import { ${system} } from "pulumi-object-users";`,
  ];
  const body =
    fleet === undefined
      ? singles(resource, users)
      : [
          `export const users = new ${resource}s(${quoted(fleet)}, ${object({
            ...(Object.keys(defaults).length > 0 ? { defaults } : {}),
            users: Object.fromEntries(users.map(({ name, inputs }) => [name, inputs])),
          })});`,
        ];
  return `${[...head, "", ...body].join("\n")}\n`;
}

function singles(resource: string, users: readonly Declaration[]): string[] {
  const lines = users.map(({ name, inputs }) => {
    const one = `${INDENT}${propertyName(name)}: new ${resource}(${quoted(name)}, ${literal(inputs, INDENT, Number.POSITIVE_INFINITY)}),`;
    if (one.length <= WIDTH && !one.includes("\n")) return one;
    return `${INDENT}${propertyName(name)}: new ${resource}(${quoted(name)}, ${literal(inputs, INDENT, 0)}),`;
  });
  return ["export const users = {", ...lines, "};"];
}

function object(value: Inputs): string {
  return literal(value, "", 0);
}

/** A literal that fits into `room` characters on one line, or is broken after every brace. */
function literal(value: unknown, indent: string, room: number): string {
  const plain = inline(value);
  if (typeof value !== "object" || value === null || plain.length <= room) return plain;
  const inner = indent + INDENT;
  const isList = Array.isArray(value);
  const entries: (readonly [string, unknown])[] = isList ? value.map((each) => ["", each]) : Object.entries(value);
  if (entries.length === 0) return plain;
  const lines = entries.map(([name, each]) => {
    const start = isList ? inner : `${inner}${propertyName(name)}: `;
    return `${start}${literal(each, inner, WIDTH - start.length - 1)},`;
  });
  return [isList ? "[" : "{", ...lines, `${indent}${isList ? "]" : "}"}`].join("\n");
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value !== "object" || value === null) return typeof value === "string" ? quoted(value) : String(value);
  const members = Object.entries(value).map(([name, each]) => `${propertyName(name)}: ${inline(each)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

/** A plain `__proto__` in a literal would set the prototype. */
function propertyName(name: string): string {
  if (name === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : quoted(name);
}

/**
 * As JSON, which is a TypeScript literal but for two line ends that old engines do not know. What an editor would obey
 * instead of showing it is written out, too: a sign that turns the direction of reading makes code look like other code.
 */
function quoted(text: string): string {
  return printableJson(text).replace(/\p{Cf}|[\u2028\u2029]/gu, (sign) =>
    sign
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
