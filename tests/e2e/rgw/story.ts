// A stack of users on real clusters. What a program declares is a table of users; what the CLI said and kept is searched
// for secrets when the story ends, whatever the story was about.

import type { Credentials } from "../../../tools/ceph/cluster";
import type { StackOptions, StateResource } from "../../real/pulumi";
import { openSearched, type SearchedStack } from "../../real/searched";
import { secretsSeen } from "./cluster";

export { NO_CHANGES, NO_DRIFT, OK } from "../../real/searched";

/** Inputs of users by the names of their resources. */
export type Users = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The outputs of a user as state has them; secrets are encrypted there. */
export interface UserOutputs {
  readonly userId: string;
  readonly accessKey: string;
  readonly previousAccessKey?: string;
  readonly previousKeyExpiresAt?: string;
  readonly endpoint?: string;
  readonly keys: readonly { readonly accessKey: string; readonly rotationId: string; readonly expiresAt?: string }[];
}

/** An open stack with what its tests ask again and again. */
export interface Story extends SearchedStack {
  /** Makes the program declare exactly these users, with all their credentials as stack outputs. */
  declare(users: Users): void;
  /** Every resource in state, by the name that the program gave it; half-made ones too. */
  resources(): Promise<Readonly<Record<string, StateResource>>>;
  /** A user's outputs in state. */
  user(name: string): Promise<UserOutputs>;
  /** A user's current key and its predecessor, as a consumer of the stack's outputs gets them. */
  credentials(name: string): Promise<{ current: Credentials; previous: Credentials }>;
}

/** An input "$NAME" is taken from the environment: the files of a stack are searched for secrets. */
const USERS = `
const { rgw } = require("pulumi-object-users");
const given = (value) => (typeof value === "string" && value.startsWith("$") ? process.env[value.slice(1)] : value);
const outputs = ["userId", "accessKey", "secretKey", "previousAccessKey", "previousSecretKey", "previousKeyExpiresAt"];
for (const [name, args] of Object.entries(require("./users.json"))) {
  const user = new rgw.User(name, Object.fromEntries(Object.entries(args).map(([input, value]) => [input, given(value)])));
  for (const output of outputs) exports[name + "." + output] = user[output];
}
`;

/** How to open a story; without a program it is a table of users. */
export interface StoryOptions extends Omit<StackOptions, "program" | "onOutput"> {
  readonly program?: StackOptions["program"];
}

/** Opens a stack, empty until it is brought up. */
export async function openStory({ program, ...options }: StoryOptions = {}): Promise<Story> {
  const table = { files: { "index.js": USERS, "users.json": "{}" } };
  const stack = await openSearched({ program: program ?? table, ...options }, async () => [
    ...(await secretsSeen()),
    ...secretsOf(options.env),
  ]);
  const resources = async () => {
    const { deployment } = await stack.exportState();
    return Object.fromEntries((deployment.resources ?? []).map((each) => [each.urn.split("::").at(-1), each]));
  };
  return {
    ...stack,
    declare: (users) => stack.write({ "users.json": JSON.stringify(users) }),
    resources,
    user: async (name) => (await resources())[name]?.outputs as unknown as UserOutputs,
    credentials: async (name) => {
      const outputs = await stack.outputs({ showSecrets: true });
      const key = (accessKey: string, secretKey: string) => ({
        accessKey: String(outputs[`${name}.${accessKey}`]),
        secretKey: String(outputs[`${name}.${secretKey}`]),
      });
      return { current: key("accessKey", "secretKey"), previous: key("previousAccessKey", "previousSecretKey") };
    },
  };
}

/** Opens a story for one test, and ends it. */
export async function withStory(options: StoryOptions, tell: (story: Story) => Promise<void>): Promise<void> {
  const story = await openStory(options);
  try {
    await tell(story);
  } catch (error) {
    await story.dispose();
    throw error;
  }
  await story.end();
}

/** The diagnostics that the CLI printed for a resource, or "" if there are none. */
export function diagnosticsOf(stdout: string, name: string): string {
  const blocks = stdout.split(/^ {2}(?=\S+ \(.+\):$)/m);
  return blocks.find((block) => block.startsWith("pulumi") && block.includes(` (${name}):`)) ?? "";
}

/** Resolves at that moment and not before. */
export async function until(moment: string): Promise<void> {
  const left = Date.parse(moment) - Date.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
}

/** The values of an environment that its names call secret. */
function secretsOf(env: Readonly<Record<string, string | undefined>> = {}): string[] {
  return Object.entries(env).flatMap(([name, value]) => (name.includes("SECRET") && value ? [value] : []));
}
