// A stack of one program on a server of reference that listens on loopback. What the CLI said and kept is searched for
// secrets when the story ends, whatever the story was about.

import path from "node:path";
import { type Exchanger, type Served, serve } from "../../devserver/rgw/serve";
import { assertNoSecrets } from "../e2e/rgw/leaks";
import { filesBelow } from "./files";
import { type Env, openStack, type RunOptions, type Stack } from "./pulumi";

/** A clock that runs and can be moved. */
export interface Clock {
  now(): Date;
  /** Moves it ahead. */
  advance(seconds: number): void;
}

/** The real clock, and what it was moved by. */
export function movableClock(): Clock {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    advance: (seconds) => {
      ahead += seconds * 1000;
    },
  };
}

/** An open stack with what its tests ask again and again. */
export interface Story extends Stack {
  /** The address of the server. */
  readonly url: string;
  /** Makes the program's resource have these inputs. */
  declare(inputs: object): void;
  /** The stack's outputs that have a value, secrets shown and remembered. */
  shown(): Promise<Record<string, unknown>>;
  /** Searches all that was said and kept for secrets, ends every process, removes the directories and stops the server. */
  end(): Promise<void>;
}

/**
 * Opens a stack, empty until it is brought up. The program is a directory, or files of which inputs.json is what it
 * declares.
 */
export async function openStory(
  server: Exchanger,
  program: string | Readonly<Record<string, string>>,
  env: (url: string) => Env,
  secrets: readonly string[],
): Promise<Story> {
  const served: Served = await serve(server);
  const seen = new Set(secrets);
  let said = "";
  const stack = await openStack({
    program: typeof program === "string" ? program : { files: { "inputs.json": "{}", ...program } },
    env: env(served.url),
    onOutput: (text) => {
      said += text;
    },
  });
  return {
    ...stack,
    url: served.url,
    declare: (inputs) => stack.write({ "inputs.json": JSON.stringify(inputs) }),
    async shown() {
      const outputs = await stack.outputs({ showSecrets: true });
      for (const name of ["secretKey", "previousSecretKey"]) if (outputs[name]) seen.add(String(outputs[name]));
      return Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== null));
    },
    async end() {
      try {
        assertNoSecrets({ "what the CLI said": said, ...filesBelow(path.dirname(stack.directory)) }, [...seen]);
      } finally {
        await stack.dispose();
        await served.close();
      }
    },
  };
}

/** For calls that must succeed. */
export const OK: RunOptions = { expect: 0 };

/** For previews that must find nothing to do. */
export const NO_CHANGES: RunOptions = { expect: 0, args: ["--expect-no-changes"] };
