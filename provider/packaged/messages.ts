/**
 * The messages of Pulumi's provider protocol (pulumi/provider.proto and what it imports), as far as this plugin speaks it:
 * names, numbers and types. Structs become plain values here, and plain values structs.
 */
import { type Message, Root, type Type } from "protobufjs/light";

/** A value as JSON has it, with Pulumi's signatures for secrets among its objects. */
export type Plain = Record<string, unknown>;

type Fields = Record<
  string,
  { readonly id: number; readonly type: string; readonly rule?: string; readonly keyType?: string }
>;

const one = (id: number, type: string) => ({ id, type });
const list = (id: number, type: string) => ({ id, type, rule: "repeated" });
const map = (id: number, type: string) => ({ id, type, keyType: "string" });
const named = (messages: Record<string, Fields>) =>
  Object.fromEntries(Object.entries(messages).map(([name, fields]) => [name, { fields }]));

const STRUCT = "google.protobuf.Struct";

const root = Root.fromJSON({
  nested: {
    google: {
      nested: {
        protobuf: {
          nested: {
            NullValue: { values: { NULL_VALUE: 0 } },
            Value: {
              oneofs: {
                kind: { oneof: ["nullValue", "numberValue", "stringValue", "boolValue", "structValue", "listValue"] },
              },
              fields: {
                nullValue: one(1, "NullValue"),
                numberValue: one(2, "double"),
                stringValue: one(3, "string"),
                boolValue: one(4, "bool"),
                structValue: one(5, "Struct"),
                listValue: one(6, "ListValue"),
              },
            },
            ...named({
              Struct: { fields: map(1, "Value") },
              ListValue: { values: list(1, "Value") },
              Empty: {},
              Any: { type_url: one(1, "string"), value: one(2, "bytes") },
            }),
          },
        },
        rpc: {
          nested: named({
            Status: { code: one(1, "int32"), message: one(2, "string"), details: list(3, "google.protobuf.Any") },
          }),
        },
      },
    },
    pulumirpc: {
      nested: named({
        HandshakeRequest: { engineAddress: one(1, "string") },
        HandshakeResponse: { acceptSecrets: one(1, "bool") },
        PluginInfo: { version: one(1, "string") },
        PluginAttach: { address: one(1, "string") },
        GetSchemaRequest: { version: one(1, "int32"), subpackageName: one(2, "string") },
        GetSchemaResponse: { schema: one(1, "string") },
        ConfigureRequest: { args: one(2, STRUCT) },
        ConfigureResponse: { acceptSecrets: one(1, "bool"), supportsPreview: one(2, "bool") },
        InvokeRequest: { tok: one(1, "string"), args: one(2, STRUCT) },
        InvokeResponse: { return: one(1, STRUCT), failures: list(2, "CheckFailure") },
        CheckRequest: { urn: one(1, "string"), olds: one(2, STRUCT), news: one(3, STRUCT), type: one(7, "string") },
        CheckResponse: { inputs: one(1, STRUCT), failures: list(2, "CheckFailure") },
        CheckFailure: { property: one(1, "string"), reason: one(2, "string") },
        DiffRequest: {
          id: one(1, "string"),
          urn: one(2, "string"),
          olds: one(3, STRUCT),
          news: one(4, STRUCT),
          oldInputs: one(6, STRUCT),
          type: one(8, "string"),
        },
        DiffResponse: {
          replaces: list(1, "string"),
          deleteBeforeReplace: one(3, "bool"),
          changes: one(4, "int32"),
          diffs: list(5, "string"),
          detailedDiff: map(6, "PropertyDiff"),
          hasDetailedDiff: one(7, "bool"),
        },
        PropertyDiff: { kind: one(1, "int32"), inputDiff: one(2, "bool") },
        CreateRequest: {
          urn: one(1, "string"),
          properties: one(2, STRUCT),
          preview: one(4, "bool"),
          type: one(6, "string"),
        },
        CreateResponse: { id: one(1, "string"), properties: one(2, STRUCT) },
        ReadRequest: {
          id: one(1, "string"),
          urn: one(2, "string"),
          properties: one(3, STRUCT),
          type: one(6, "string"),
        },
        ReadResponse: { id: one(1, "string"), properties: one(2, STRUCT), inputs: one(3, STRUCT) },
        UpdateRequest: {
          id: one(1, "string"),
          urn: one(2, "string"),
          olds: one(3, STRUCT),
          news: one(4, STRUCT),
          preview: one(7, "bool"),
          type: one(10, "string"),
        },
        UpdateResponse: { properties: one(1, STRUCT) },
        DeleteRequest: {
          id: one(1, "string"),
          urn: one(2, "string"),
          properties: one(3, STRUCT),
          type: one(7, "string"),
        },
        ErrorResourceInitFailed: { id: one(1, "string"), properties: one(2, STRUCT), reasons: list(3, "string") },
        LogRequest: { severity: one(1, "int32"), message: one(2, "string"), urn: one(3, "string") },
      }),
    },
  },
});

const messageOf = (name: string): Type => root.lookupType(name.includes(".") ? name : `pulumirpc.${name}`);

/** The fields of a message that are structs. */
const structsOf = ({ fields }: Type): string[] =>
  Object.keys(fields).filter((name) => `google.protobuf.${fields[name]?.type.split(".").at(-1)}` === STRUCT);

/** The bytes of a message. */
export function encode(name: string, values: Plain): Buffer {
  const type = messageOf(name);
  const structs = structsOf(type).filter((field) => values[field] !== undefined);
  const wire = Object.fromEntries(structs.map((field) => [field, structOf(values[field])]));
  // Without a copy as a message object: a fleet's values are large.
  return Buffer.from(type.encode({ ...values, ...wire }).finish());
}

/** A message as plain values: structs as objects, what is absent with its default. Throws on bytes that are none. */
export function decode(name: string, bytes: Uint8Array): Plain {
  const type = messageOf(name);
  const message = type.decode(bytes) as Message & Plain;
  const structs = structsOf(type).map((field) => [field, plainOf(message[field] as Wire | null)] as const);
  for (const [field] of structs) delete message[field];
  const values = type.toObject(message, { defaults: true, arrays: true, objects: true });
  return { ...values, ...Object.fromEntries(structs) };
}

/** A value as the wire has it. */
interface Wire {
  readonly fields?: Record<string, WireValue>;
}
type WireValue = Plain & {
  readonly kind?: string;
  readonly structValue?: Wire;
  readonly listValue?: { values: WireValue[] };
};

function structOf(values: unknown): { fields: Plain } {
  const entries = Object.entries((values ?? {}) as Plain).filter(([, value]) => value !== undefined);
  return { fields: Object.fromEntries(entries.map(([name, value]) => [name, wireOf(value)])) };
}

function wireOf(value: unknown): Plain {
  switch (typeof value) {
    case "string":
      return { stringValue: value };
    case "number":
      return { numberValue: value };
    case "boolean":
      return { boolValue: value };
    case "object":
      if (value === null) return { nullValue: 0 };
      return Array.isArray(value) ? { listValue: { values: value.map(wireOf) } } : { structValue: structOf(value) };
    default:
      throw new Error(`a ${typeof value} cannot be stored`);
  }
}

function plainOf(struct: Wire | null): Plain {
  const entries = Object.entries(struct?.fields ?? {});
  return Object.fromEntries(entries.map(([name, value]) => [name, valueOfWire(value)]));
}

function valueOfWire(value: WireValue): unknown {
  switch (value.kind) {
    case "structValue":
      return plainOf(value.structValue ?? null);
    case "listValue":
      return (value.listValue?.values ?? []).map(valueOfWire);
    case undefined:
    case "nullValue":
      return null;
    default:
      return value[value.kind];
  }
}
