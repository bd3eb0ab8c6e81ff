/**
 * The port between the lifecycle and a system: what a backend is. A backend is data plus `connect`; the vendor's words
 * stay inside its folder.
 */
import * as z from "zod";
import type { HttpDeps } from "../http/exchange";
import type { TransportOptions } from "../http/send";
import type { Send } from "../http/wire";
import type { Capabilities, Fields, Json, Live, OwnKey, WantedPassword } from "../lifecycle/model";
import type { UserApi } from "../lifecycle/user-api";
import type { InputFacts } from "./rows";

/** What a backend makes of its inputs, besides what all have in common. */
export interface UserSpec<Where = unknown> {
  /** What the program calls the user, for people. */
  readonly name: string;
  /** What messages call it, where it is no user: "account". */
  readonly noun?: string;
  /** Whose record on the system it changes, where that is another user: its `name`. */
  readonly owner?: string;
  /** How the system addresses the user; nobody but the backend opens it. */
  readonly where: Where;
  /** The user's id on the system, where the inputs say it. */
  readonly userId?: string;
  /** The access key that all secrets of the user have, where the inputs say it. */
  readonly accessKey?: string;
  readonly fields: Fields;
  readonly createKey: boolean;
  readonly ownKey?: OwnKey;
  readonly password?: WantedPassword;
}

/** What `connect` needs from the world. */
export interface BackendDeps extends Omit<HttpDeps, "send"> {
  readonly now: () => Date;
  readonly log: (line: string) => void;
  readonly openTransport: (options: TransportOptions) => Send;
  /** Does a task when the process ends. Default: never. */
  readonly atEnd?: (task: () => Promise<void>) => void;
}

/** One setting of a connection: its form, and where it comes from when the provider's arguments do not have it. */
export interface ConnectionSource {
  readonly schema: z.ZodType;
  readonly environment?: string;
  /** Nobody may read it: neither on a command line nor in the state of a stack. */
  readonly secret?: true;
  /** Alternatives have one group: a source that gives one of them hides the others of weaker sources. */
  readonly group?: string;
  /** Other groups that hide this setting: what a stronger source gives of them comes without it. */
  readonly hiddenBy?: readonly string[];
}

/** A file that holds connections by name. An entry is as strong as the source that names it, but for what that gives itself. */
export interface ConnectionFile {
  /** The setting that names an entry. */
  readonly namedBy: string;
  /** What stands in the entry that these settings name. Throws an ObjectUserError when there is none. */
  read(named: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
}

/** What an id for `pulumi import` is made of: inputs in this order. The last one may have the separator in it. */
export interface ImportedBy {
  readonly inputs: readonly string[];
  readonly separator: string;
  /** The first input may be left out, with the separator behind it. */
  readonly firstIsOptional?: true;
  /** The inputs that the parts of an id are, where that depends on their form. Default: those of `inputs`. */
  readonly as?: (parts: Readonly<Record<string, string>>) => Readonly<Record<string, string | undefined>>;
  /** The last input may be left out, with the separator before it. */
  readonly lastIsOptional?: true;
}

/** One thing that a preflight looked at. */
export interface Finding {
  /** What was looked at, in a word or two: "users=write". */
  readonly what: string;
  readonly verdict: "ok" | "warning" | "failed";
  /** What was seen, as a clause without a full stop. */
  readonly says: string;
  /** What to do about it, as a sentence. Absent when it is fine. */
  readonly advice?: string;
}

/** An address that a connection talks to. */
export interface Address {
  /** The setting that says it: "endpoint". */
  readonly name: string;
  /** Undefined: not given, and nothing is asked there. */
  readonly url: string | undefined;
  /** What crosses there and others must not see: "passwords and secret keys". */
  readonly carries: string;
}

/** The addresses of a connection: first the one where users are administered, which is always given. */
export type Addresses = readonly [Address & { readonly url: string }, ...Address[]];

/** A connection's own preflight: harmless requests that change nothing. It ends early when the rest would fail alike. */
export interface Preflight {
  /** A certificate authority to trust besides the system's, as PEM text. */
  readonly caCertificate?: string | undefined;
  readonly insecure?: boolean | undefined;
  /** Credentials, rights, and how S3 answers. */
  check(): AsyncIterable<Finding>;
}

/** A connected system. */
export interface Connection<Where = unknown> {
  readonly api: UserApi<Where>;
  /** The S3 address that users' keys are for. */
  readonly s3Endpoint?: string;
  /** All of them, where there are several. */
  readonly s3Endpoints?: readonly string[];
  /** Longest time, in seconds, until all of S3 knows of a change of keys, where the connection says so. */
  readonly propagationSeconds?: number;
}

/** A system, as data plus `connect`. `Args` and `Settings` are the normal forms of its inputs and its connection; `Where` addresses a user. */
export interface Backend<Args = unknown, Settings = unknown, Where = unknown> extends InputFacts {
  /** The system, as configuration names it: "rgw". */
  readonly system: string;
  /** The kind, as state names it: the system's users have its name, others more than that: "rgw.account". */
  readonly kind: string;
  /** The resource's name in messages: "rgw.User". */
  readonly resource: string;
  /** It has no keys: there is no fleet of it, whose use is many keys. Default false. */
  readonly isKeyless?: true;
  /** Strict: unknown names are errors. Brings inputs into normal form. */
  readonly args: z.ZodType<Args>;
  readonly capabilities: Capabilities;
  /** What of it is otherwise for users of these inputs, which may be wrong or not known yet. Default: nothing. */
  otherwise?(inputs: Readonly<Record<string, unknown>>): Partial<Capabilities>;
  readonly connection: z.ZodType<Settings>;
  /** Where each setting of the connection comes from. */
  readonly sources: Readonly<Record<string, ConnectionSource>>;
  /** Where more of them may stand. Default: nowhere. */
  readonly file?: ConnectionFile;
  /** Every address that a connection talks to. */
  addresses(settings: Settings): Addresses;
  specOf(args: Args): UserSpec<Where>;
  /** The inputs that an id for `pulumi import` is made of. It is what the program calls the user. */
  readonly importedBy: ImportedBy;
  /** A key's id as it is today, from one that is in state. Absent: ids have always been what they are. */
  keyIdOf?(stored: string, accessKey: string): string;
  /** The inputs that declare settings as they are, those that go without saying left out. Default: what is no default. */
  inputsOf?(fields: Fields): Readonly<Record<string, Json>>;
  /** Those of this kind that a user of the system is seen to have, by their inputs. Absent: a user shows none. */
  seenIn?(user: Live): readonly Readonly<Record<string, Json>>[];
  /** Opens the preflight of a connection. Sends nothing yet. Absent: there is none. */
  preflight?(settings: Settings, deps: BackendDeps): Preflight;
  connect(settings: Settings, deps: BackendDeps): Connection<Where>;
}

/** What can be done with a user of these inputs. */
export function capabilitiesOf(
  { capabilities, otherwise }: Pick<Backend, "capabilities" | "otherwise">,
  inputs: Readonly<Record<string, unknown>>,
): Capabilities {
  return otherwise ? { ...capabilities, ...otherwise(inputs) } : capabilities;
}

/** Whether a text, as a part of an address's path, stays one: "." and ".." lead elsewhere, and no escape helps. */
export const isPathPart = (text: string) => text !== "." && text !== "..";

/** Longest time to wait for anything, a day: timers take longer ones than 24 days for a millisecond. */
export const LONGEST_SECONDS = 86_400;

/** What is said of a longer one. */
export const AT_MOST = `must be at most ${LONGEST_SECONDS} seconds`;

/** What a rotationId beside createKey: false is told. */
export const NO_KEY_ROTATES =
  "is of no use with createKey: false, which makes no key and keeps what is there: leave one of the two out";

/** The settings that every connection has. Text is accepted for numbers and booleans, as stack configuration has only text. */
export const transportSettings = {
  caCertificate: {
    schema: z
      .string()
      .refine(
        (text) => text.includes("-----BEGIN CERTIFICATE-----"),
        "must be the PEM text of a certificate, not a path",
      )
      .optional(),
  },
  insecure: {
    schema: z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]).optional(),
  },
  timeoutSeconds: {
    schema: z.coerce
      .number("must be a number of seconds")
      .positive("must be more than 0 seconds")
      .max(LONGEST_SECONDS, AT_MOST)
      .default(60),
  },
  maxConcurrency: {
    schema: z.coerce.number("must be a number").int("must be a whole number").min(1, "must be 1 or more").default(32),
  },
};

const ADDRESS = "must be an address such as https://host:port, without user, password or query";

/** An http or https address without query, fragment or credentials, without a slash at the end. */
export const endpoint = z
  .string({ error: (issue) => (issue.input === undefined ? undefined : ADDRESS) })
  .transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
      context.addIssue({ code: "custom", message: ADDRESS });
      return z.NEVER;
    }
    return text.replace(/\/+$/, "");
  });
