// What a step of the story can do: call the Pulumi CLI, read the outputs, send S3 requests, look at the system past Pulumi,
// wait, and claim something. Every claim is checked; the first that does not hold ends the demo.

import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { Credentials } from "../../provider/http/sigv4";
import { describe, type Stack } from "../../tests/real/pulumi";
import { openS3, startWorker, type Worker } from "./s3-client";
import { type Screen, seconds } from "./screen";
import type { Deed, System } from "./system";

/** A claim did not hold. The message is the sentence to show, `evidence` what the CLI said last. */
export class Failed extends Error {
  override readonly name = "Failed";
  constructor(
    message: string,
    readonly evidence: string,
  ) {
    super(message);
  }
}

/** The program's outputs. */
export type Outputs = z.infer<typeof Outputs>;
const Outputs = z.object({ accessKey: z.string(), secretKey: z.string(), graceEnds: z.string() });

/** What steps play on. Everything shows what it does, and refuses to begin once the demo was interrupted. */
export interface Stage {
  readonly system: System;
  /** Calls the CLI and answers what it said. Another exit code than the expected one (0) fails the demo. */
  pulumi(words: readonly string[], expected?: { readonly code: number | "not 0" }): Promise<string>;
  /** Reads the stack's outputs, secrets included, which are concealed from now on. */
  outputs(): Promise<Outputs>;
  /** Keeps a key for later steps, under a name such as "old". */
  keep(name: string, key: Credentials): void;
  key(name: string): Credentials;
  /** Asks S3 for the buckets of the key's owner, and claims that this is accepted, or refused with that code. */
  s3(name: string, expected: "accepted" | "refused"): Promise<void>;
  /** The background client; the first call starts it with this key. */
  startClient(name: string): void;
  client(): Worker;
  /** Does something past Pulumi and shows how. */
  deed<Answer>(doing: (system: System) => Promise<Deed<Answer>> | Deed<Answer>): Promise<Answer>;
  /** Claims something: shows it if it holds, else ends the demo. */
  claim(claim: string, holds: boolean): void;
  /** Waits until then, with a countdown. */
  waitUntil(time: Date, what: string): Promise<void>;
  /** Ends the background client, whatever it is doing. */
  close(): Promise<void>;
}

/** Sets a stage. `interrupted` ends whatever would begin after it. */
export function openStage(system: System, stack: Pick<Stack, "run">, screen: Screen, interrupted: AbortSignal): Stage {
  const keys = new Map<string, Credentials>();
  const s3 = openS3(system.s3);
  let worker: Worker | undefined;
  let last = "";

  const clientSays = () => {
    const { accepted = 0, refused = 0 } = worker?.count ?? {};
    return worker?.isWorking ? ` · S3 client: ${accepted} requests accepted, ${refused} refused` : "";
  };
  const call = async (words: readonly string[]) => {
    interrupted.throwIfAborted();
    screen.command(`pulumi ${words.join(" ")}`);
    const started = Date.now();
    const stop = screen.progress(() => `pulumi ${words[0]}: ${seconds(Date.now() - started)}${clientSays()}`);
    try {
      return await stack.run(words);
    } finally {
      stop();
      interrupted.throwIfAborted();
    }
  };
  const fail = (sentence: string): never => {
    throw new Failed(sentence, last);
  };

  const stage: Stage = {
    system,

    async pulumi(words, { code } = { code: 0 }) {
      const result = await call(words);
      last = describe(result);
      screen.pulumiSaid(`${result.stdout}\n${result.stderr}`);
      const isExpected = code === "not 0" ? result.code !== 0 : result.code === code;
      if (!isExpected) fail(`"pulumi ${words.join(" ")}" ended with exit code ${result.code}; expected was ${code}.`);
      if (screen.holdsSecret(last)) fail(`"pulumi ${words.join(" ")}" printed a secret.`);
      return `${result.stdout}\n${result.stderr}`;
    },

    async outputs() {
      const result = await call(["stack", "output", "--json", "--show-secrets"]);
      if (result.code !== 0) throw new Failed("The stack's outputs could not be read.", result.stderr);
      const outputs = Outputs.parse(JSON.parse(result.stdout));
      screen.conceal(outputs.secretKey);
      screen.saw(JSON.stringify(outputs));
      return outputs;
    },

    keep: (name, { accessKey, secretKey }) => void keys.set(name, { accessKey, secretKey }),

    key: (name) => keys.get(name) ?? fail(`The story has no ${name} key yet.`),

    async s3(name, expected) {
      interrupted.throwIfAborted();
      const key = stage.key(name);
      const { accepted, status, code } = await s3(key, "GET", "/");
      const answer = [status, code].filter(Boolean).join(" ");
      const what = `the ${name} ${system.rotates}`;
      const named = `${what}${system.rotates === "key" ? "" : " of"} ${key.accessKey}`;
      screen.act(`an S3 request, signed with ${named}, is answered with ${answer}`);
      const holds = expected === "accepted" ? accepted : !accepted && [401, 403].includes(status);
      stage.claim(`${what} is ${expected}`, holds);
    },

    startClient(name) {
      interrupted.throwIfAborted();
      worker = startWorker(s3, stage.key(name));
    },

    client: () => worker ?? fail("The S3 client does not run."),

    async deed(doing) {
      interrupted.throwIfAborted();
      const { command, answer } = await doing(system);
      screen.act(command);
      if (answer !== undefined) screen.saw(JSON.stringify(answer));
      return answer;
    },

    claim(claim, holds) {
      if (!holds) fail(`This does not hold: ${claim}.`);
      screen.proved(claim);
    },

    async waitUntil(time, what) {
      const left = () => Math.max(0, time.getTime() - Date.now());
      const stop = screen.progress(() => `${what} in ${Math.ceil(left() / 1000)} s${clientSays()}`);
      try {
        await sleep(left() + 50, undefined, { signal: interrupted });
      } finally {
        stop();
      }
    },

    async close() {
      await worker?.stop();
    },
  };
  return stage;
}
