/** Lines for the person who runs Pulumi, told to the engine beside the resource that they are about. */
import { AsyncLocalStorage } from "node:async_hooks";
import * as grpc from "@grpc/grpc-js";
import { printable } from "../printable";
import { encode, type Plain } from "./messages";

/** How lines reach people. */
export interface Speaker {
  log(line: string): void;
  /** The engine's address, if it was not known or has changed. */
  tellTo(address: string): void;
  /** Does a task about a resource; its lines have arrived when it ends. */
  during<T>(urn: string, task: () => Promise<T>): Promise<T>;
  close(): void;
}

/** Pulumi's severities. */
const INFO = 1;
const WARNING = 2;
const WARNED = /^warning: /;

/** A line that does not arrive must not hold up a run. */
const LONGEST_MS = 5_000;

/** Speaks to the engine, and where nobody told its address to `otherwise`. */
export function speaking(engine: string | undefined, otherwise: (line: string) => void): Speaker {
  const about = new AsyncLocalStorage<{ readonly urn: string; readonly sent: Promise<void>[] }>();
  let address = engine;
  let client: grpc.Client | undefined;

  function send(message: Plain): Promise<void> {
    client ??= new grpc.Client(address ?? "", grpc.credentials.createInsecure());
    const to = client;
    return new Promise((resolve) => {
      const serialize = (values: Plain) => encode("LogRequest", values);
      const deadline = Date.now() + LONGEST_MS;
      to.makeUnaryRequest(
        "/pulumirpc.Engine/Log",
        serialize,
        () => ({}),
        message,
        { deadline },
        () => resolve(),
      );
    });
  }

  return {
    log(line) {
      if (address === undefined) return otherwise(line);
      const { urn = "", sent } = about.getStore() ?? {};
      const severity = WARNED.test(line) ? WARNING : INFO;
      const arrived = send({ severity, message: printable(line.replace(WARNED, "")), urn });
      sent?.push(arrived);
    },
    tellTo(told) {
      if (told === "" || told === address) return;
      client?.close();
      client = undefined;
      address = told;
    },
    async during(urn, task) {
      const sent: Promise<void>[] = [];
      try {
        return await about.run({ urn, sent }, task);
      } finally {
        await Promise.all(sent);
      }
    },
    close: () => client?.close(),
  };
}
