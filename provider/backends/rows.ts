/**
 * Rows: all that is to be said of one input of a user, said in one place. What the lifecycle and Pulumi's rules ask about
 * the inputs is derived here; how a system is spoken to stays in its backend.
 */
import * as z from "zod";
import type { Fields, Json } from "../lifecycle/model";

/** Dates end somewhere, and so does a grace period. */
const LONGEST_GRACE_SECONDS = 36_525 * 86_400;

const seconds = z
  .number("must be a number of seconds")
  .int("must be a whole number of seconds")
  .min(0, "must be 0 or more seconds")
  .max(LONGEST_GRACE_SECONDS, `must be at most ${LONGEST_GRACE_SECONDS} seconds, a hundred years`);

/** The inputs that every user has. */
export const lifecycleArgs = {
  rotationId: z.string().optional(),
  gracePeriodSeconds: seconds.optional(),
  quarantinePeriodSeconds: seconds.optional(),
  prove: z.boolean().optional(),
  adopt: z.boolean().optional(),
  exclusiveKeys: z.boolean().optional(),
  forceDestroy: z.boolean().optional(),
};

/** One input of a user. A setting of the user is one that the system keeps: it is watched, and changed in place. */
export interface Row {
  /** What is accepted, and its normal form. Absent: nobody gives it, the system only shows it. */
  readonly schema?: z.ZodType;
  /** A change replaces the user. */
  readonly replaces?: true;
  /** Several texts may name one thing, which only the system tells. */
  readonly synonyms?: true;
  /** It says which user it is, with the inputs that replace the user. */
  readonly locates?: true;
  /** Users are listed by it: it is a part of the place where they are. */
  readonly listedBy?: true;
  /** Two users cannot have the same value at once. */
  readonly unique?: true;
  readonly isSetting?: true;
  /** The system's own default of a setting, which is watched though nobody declares it. */
  readonly default?: Json;
  /** The setting cannot be taken back once it was declared; this value says "none". */
  readonly unclearable?: Json;
  /** Once it is declared it keeps its value: the clause says why. A change is refused. */
  readonly keeps?: string;
  /** The system is asked about the setting only for users that declare it. Of the others nobody knows it. */
  readonly onRequest?: true;
  /** The members of the system's answer that show the setting. */
  readonly wire?: z.core.$ZodShape;
  /** The setting in normal form, from the answer; undefined where the answer does not show it. */
  readonly read?: (answer: never) => Json | undefined;
  /** What a request that sets it says, from its value and all settings that the request has or leaves as they are. */
  readonly write?: (value: never, all: Fields) => object;
}

/** The inputs of a user by name, in the order in which they are shown. */
export type Rows = Readonly<Record<string, Row>>;

type Shape = z.core.$ZodShape;
type Nothing = Record<never, never>;

/** All of a union's members at once. */
type Both<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;
type Each<All> = All[keyof All];

type Schemas<All> = {
  [Name in keyof All as All[Name] extends { schema: z.ZodType } ? Name : never]: All[Name] extends {
    schema: infer Schema extends z.ZodType;
  }
    ? Schema
    : never;
};
type Wire<All> = Both<Each<{ [Name in keyof All]: All[Name] extends { wire: infer Shown } ? Shown : never }>>;
type Written<All> = Partial<
  Both<Each<{ [Name in keyof All]: All[Name] extends { write: (...args: never) => infer Said } ? Said : never }>>
>;

/** A row of a setting. What it reads is typed by `wire`, and what it writes by `schema`. */
export function setting<Schema extends z.ZodType, Shown extends Shape = Nothing, Said extends object = never>(
  row: Omit<Row, "schema" | "isSetting" | "wire" | "read" | "write"> & {
    readonly schema: Schema;
    readonly wire?: Shown;
    readonly read?: (answer: z.core.$InferObjectOutput<Shown, Nothing>) => Json | undefined;
    readonly write?: (value: NonNullable<z.output<Schema>>, all: Fields) => Said;
  },
) {
  return { ...row, isSetting: true } as Row & {
    readonly schema: Schema;
    readonly wire: Shown;
    readonly write: (value: never, all: Fields) => Said;
  };
}

/** The schemas of rows by name. */
export function schemasOf<All extends Readonly<Record<string, object>>>(rows: All): Schemas<All> {
  const schemas = Object.entries(rows).flatMap(([name, row]) => ("schema" in row ? [[name, row.schema]] : []));
  return Object.fromEntries(schemas);
}

/** The members of the system's answer that show the settings. */
export function wireOf<All extends Rows>(rows: All): Wire<All> {
  return Object.assign({}, ...Object.values(rows).map(({ wire }) => wire)) as Wire<All>;
}

/** A user's inputs, those that every user has included. Strict: unknown names are errors. */
export function argsOf<All extends Rows>(rows: All) {
  return z.strictObject({ ...lifecycleArgs, ...schemasOf(rows) });
}

/** What is to be known of the inputs. */
export type InputFacts = Readonly<ReturnType<typeof factsOf>>;

/** What Pulumi's rules and the lifecycle ask about the inputs: the names of those of which a row says something. */
export function factsOf(rows: Rows) {
  const names = (isMeant: (row: Row) => boolean | undefined): readonly string[] =>
    Object.entries(rows).flatMap(([name, row]) => (isMeant(row) ? [name] : []));
  const values = (of: "default" | "unclearable"): Fields =>
    Object.fromEntries(
      Object.entries(rows).flatMap(([name, { [of]: value }]) => (value === undefined ? [] : [[name, value]])),
    );
  return {
    /** All that there are. */
    argNames: Object.keys({ ...lifecycleArgs, ...schemasOf(rows) }) as readonly string[],
    settings: names((row) => row.isSetting),
    /** Settings that every user has as outputs, declared or not. */
    outputs: names((row) => row.isSetting && !row.onRequest),
    /** Settings that must be given. */
    required: names((row) => row.isSetting && row.schema?.safeParse(undefined).success === false),
    replaceOn: names((row) => row.replaces),
    synonyms: names((row) => row.synonyms),
    /** Those that say which user it is, and their schemas. */
    locating: names((row) => row.replaces || row.locates),
    locatedBy: Object.fromEntries(
      Object.entries(rows).flatMap(([name, { schema, replaces, locates }]) =>
        schema && (replaces || locates) ? [[name, schema] as const] : [],
      ),
    ) as Readonly<Record<string, z.ZodType>>,
    listedBy: names((row) => row.listedBy),
    /** If one of these is kept in a replacement, the old user goes first. */
    unique: names((row) => row.unique),
    unclearable: values("unclearable"),
    /** Settings that keep the value that they were declared with, each with the reason. */
    keeping: Object.fromEntries(
      Object.entries(rows).flatMap(([name, { keeps }]) => (keeps === undefined ? [] : [[name, keeps] as const])),
    ) as Readonly<Record<string, string>>,
    defaults: values("default"),
  };
}

/** The settings that inputs declare. */
export function declaredBy(rows: Rows, inputs: Readonly<Record<string, unknown>>): Fields {
  const declared = Object.entries(rows).filter(([name, { isSetting }]) => isSetting && inputs[name] !== undefined);
  return Object.fromEntries(declared.map(([name]) => [name, inputs[name] as Json]));
}

/** The settings that an answer shows. */
export function readBy(rows: Rows, answer: object): Fields {
  const read = Object.entries(rows).map(([name, row]) => [name, row.read?.(answer as never)] as const);
  return Object.fromEntries(read.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

/** What a request that changes settings says. `all`: the settings as they will be; default: none but the changes. */
export function writtenBy<All extends Rows>(rows: All, changes: Fields, all: Fields = changes): Written<All> {
  const changed = Object.entries(rows).filter(([name]) => changes[name] !== undefined);
  return Object.assign({}, ...changed.map(([name, { write }]) => write?.(changes[name] as never, all)));
}
