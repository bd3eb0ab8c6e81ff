// A stack that is searched for secrets when its story ends, whatever the story was about: all that the CLI said, and all that
// the stack keeps.

import path from "node:path";
import { SECRET_NAMES, SECRETS } from "../../provider/protocol";
import { filesBelow } from "./files";
import { assertNoSecrets } from "./leaks";
import { openStack, type RunOptions, type Stack, type StackOptions } from "./pulumi";

/** An open stack with what its tests ask again and again. */
export interface SearchedStack extends Stack {
  /** Everything that the CLI said so far. */
  said(): string;
  /** The stack's outputs that have a value, secrets shown and remembered. */
  shown(): Promise<Record<string, unknown>>;
  /** Searches all that was said and kept for secrets, ends every process and removes the directories. */
  end(): Promise<void>;
}

/** Opens a stack. `secrets` are those to be looked for, besides the ones that `shown` gave. */
export async function openSearched(
  options: Omit<StackOptions, "onOutput">,
  secrets: () => readonly string[] | Promise<readonly string[]>,
): Promise<SearchedStack> {
  const seen = new Set<string>();
  let said = "";
  const stack = await openStack({
    ...options,
    onOutput: (text) => {
      said += text;
    },
  });
  return {
    ...stack,
    said: () => said,
    async shown() {
      const outputs = await stack.outputs({ showSecrets: true });
      const others = Object.values((outputs[SECRETS] ?? {}) as Record<string, string>);
      for (const secret of [...SECRET_NAMES.map((name) => outputs[name]), ...others])
        if (secret) seen.add(String(secret));
      return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== null));
    },
    async end() {
      try {
        const places = { "what the CLI said": said, ...filesBelow(path.dirname(stack.directory)) };
        assertNoSecrets(places, [...(await secrets()), ...seen]);
      } finally {
        await stack.dispose();
      }
    },
  };
}

/** For calls that must succeed. */
export const OK: RunOptions = { expect: 0 };

/** For previews and ups that must find nothing to do. */
export const NO_CHANGES: RunOptions = { expect: 0, args: ["--expect-no-changes"] };

/** For previews that must find nothing to do after looking at the system. */
export const NO_DRIFT: RunOptions = { expect: 0, args: ["--refresh", "--expect-no-changes"] };
