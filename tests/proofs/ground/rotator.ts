/**
 * A process that rotates, for proofs that keep their own process busy as a client. It is a Pulumi engine in small (see
 * engine.ts), is told what to do over the process channel, and answers with what was published.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Credentials } from "../../../tools/ceph/cluster";
import { QUICK_START } from "../../real/project";
import { type Kept, type Outcome, type Setting, Stack, type Values } from "./engine";

/** What a run published. */
export interface Published extends Outcome {
  readonly key?: Credentials;
  /** How many keys the ring has. */
  readonly ring: number;
  /** When the grace of the key before it ends. */
  readonly expiresAt?: string;
}

/** A stack in a process of its own. */
export interface Rotator {
  up(inputs: Values): Promise<Published>;
  /** Every line it showed and every error. */
  said(): Promise<string[]>;
  end(): Promise<void>;
}

type Message =
  | { readonly do: "open"; readonly setting: Omit<Setting, "said">; readonly kept: Kept | undefined }
  | { readonly do: "up"; readonly inputs: Values }
  | { readonly do: "said" };

/** Starts the process; `kept` is the state that it goes on from. */
export async function startRotator(setting: Omit<Setting, "said">, kept?: Kept): Promise<Rotator> {
  const child = fork(__filename, [], {
    execArgv: ["--require", QUICK_START],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const end = () => void child.kill("SIGKILL");
  process.once("exit", end);
  await ask(child, { do: "open", setting, kept });
  return {
    up: (inputs) => ask(child, { do: "up", inputs }) as Promise<Published>,
    said: () => ask(child, { do: "said" }) as Promise<string[]>,
    end: async () => {
      process.off("exit", end);
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

async function ask(child: ChildProcess, message: Message): Promise<unknown> {
  const over = new AbortController();
  const answered = once(child, "message", { signal: over.signal });
  const died = once(child, "exit", { signal: over.signal }).then(([status]) => {
    throw new Error(`the rotator ended with status ${status}`);
  });
  for (const either of [answered, died]) either.catch(() => undefined);
  child.send(message);
  try {
    const [answer] = (await Promise.race([answered, died])) as [{ error?: string; result?: unknown }];
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result;
  } finally {
    over.abort();
  }
}

function serve(): void {
  const said: string[] = [];
  let stack: Stack | undefined;
  const handle = async (message: Message): Promise<unknown> => {
    if (message.do === "said") return said;
    if (message.do === "open") {
      stack = new Stack({ ...message.setting, said }, message.kept);
      return undefined;
    }
    if (stack === undefined) throw new Error("not open");
    const outcome = await stack.up(message.inputs);
    const published =
      outcome.did === "failed" ? {} : { key: stack.key, expiresAt: stack.kept?.outputs.previousKeyExpiresAt };
    return { ...outcome, ring: stack.ring.length, ...published };
  };
  process.on("message", (message: Message) => {
    handle(message).then(
      (result) => process.send?.({ result }),
      (error: Error) => process.send?.({ error: error.message }),
    );
  });
}

if (require.main === module) serve();
