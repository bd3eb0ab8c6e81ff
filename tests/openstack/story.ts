// An example as it stands, run by the real CLI. What the CLI said and kept is searched for secrets when the story ends.

import path from "node:path";
import { SECRET_NAMES } from "../../provider/protocol";
import { assertNoSecrets } from "../e2e/rgw/leaks";
import { filesBelow } from "../real/files";
import { type Env, openStack, REPOSITORY, type RunOptions, type Stack } from "../real/pulumi";
import type { Key } from "./store";

/** An open stack with what its tests ask again and again. */
export interface Story extends Stack {
  /** The current key and the one before it, as a consumer of the stack's outputs gets them. */
  keys(): Promise<{ current: Key; previous: Key }>;
  /** The stack's outputs, secrets shown and remembered. */
  shown(): Promise<Record<string, string>>;
  /** Searches all that was said and kept for secrets, ends every process and removes the directories. */
  end(): Promise<void>;
}

/** For calls that must succeed. */
export const OK: RunOptions = { expect: 0 };

/** For previews that must find nothing to do after looking at the system. */
export const NO_DRIFT: RunOptions = { expect: 0, args: ["--refresh", "--expect-no-changes"] };

/** Opens the stack of an example. `secrets` are those that it is given. */
export async function openExample(
  name: string,
  config: Readonly<Record<string, string>>,
  env: Env,
  secrets: readonly string[],
): Promise<Story> {
  const seen = new Set(secrets);
  let said = "";
  const program = path.join(REPOSITORY, "examples", name);
  const onOutput = (text: string) => {
    said += text;
  };
  const stack = await openStack({ program, env, config, onOutput });
  const shown = async () => {
    const outputs = (await stack.outputs({ showSecrets: true })) as Record<string, string>;
    for (const secret of SECRET_NAMES) if (outputs[secret]) seen.add(outputs[secret]);
    return outputs;
  };
  return {
    ...stack,
    shown,
    keys: async () => {
      const outputs = await shown();
      const { accessKey = "", secretKey = "", previousAccessKey = "", previousSecretKey = "" } = outputs;
      return {
        current: { accessKey, secretKey },
        previous: { accessKey: previousAccessKey, secretKey: previousSecretKey },
      };
    },
    end: async () => {
      try {
        assertNoSecrets({ "what the CLI said": said, ...filesBelow(path.dirname(stack.directory)) }, [...seen]);
      } finally {
        await stack.dispose();
      }
    },
  };
}
