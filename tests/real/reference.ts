// A stack of one program on a server of reference that listens on loopback.

import { type Exchanger, type Served, serve } from "../../devserver/rgw/serve";
import type { Env } from "./pulumi";
import { openSearched, type SearchedStack } from "./searched";

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

/** An open stack with its server. */
export interface Story extends SearchedStack {
  /** The address of the server. */
  readonly url: string;
  /** Makes the program's resource have these inputs. */
  declare(inputs: object): void;
}

/**
 * Opens a stack, empty until it is brought up; its end stops the server. The program is a directory, or files of which
 * inputs.json is what it declares.
 */
export async function openStory(
  server: Exchanger,
  program: string | Readonly<Record<string, string>>,
  env: (url: string) => Env,
  secrets: readonly string[],
): Promise<Story> {
  const served: Served = await serve(server);
  const given = typeof program === "string" ? program : { files: { "inputs.json": "{}", ...program } };
  const stack = await openSearched({ program: given, env: env(served.url) }, () => secrets);
  return {
    ...stack,
    url: served.url,
    declare: (inputs) => stack.write({ "inputs.json": JSON.stringify(inputs) }),
    end: () => stack.end().finally(() => served.close()),
  };
}
