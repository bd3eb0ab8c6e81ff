// An example on a real Keystone as it stands, run by the real CLI.

import path from "node:path";
import { type Env, REPOSITORY } from "../real/pulumi";
import { openSearched, type SearchedStack } from "../real/searched";
import type { Key } from "./store";

/** An open stack with what its tests ask again and again. */
export interface Story extends SearchedStack {
  /** The current key and the one before it, as a consumer of the stack's outputs gets them. */
  keys(): Promise<{ current: Key; previous: Key }>;
}

/** Opens the stack of an example. `secrets` are those that it is given. */
export async function openExample(
  name: string,
  config: Readonly<Record<string, string>>,
  env: Env,
  secrets: readonly string[],
): Promise<Story> {
  const program = path.join(REPOSITORY, "examples", name);
  const stack = await openSearched({ program, env, config }, () => secrets);
  return {
    ...stack,
    keys: async () => {
      const outputs = (await stack.shown()) as Record<string, string>;
      const { accessKey = "", secretKey = "", previousAccessKey = "", previousSecretKey = "" } = outputs;
      return {
        current: { accessKey, secretKey },
        previous: { accessKey: previousAccessKey, secretKey: previousSecretKey },
      };
    },
  };
}
