/** The first answer of a server: that it speaks HTTP, and what time it has. */
import type { Finding, Preflight } from "../../backends/backend";
import { TransportError } from "../../http/send";
import type { World } from "../../world";
import { speaksTls } from "./certificate";
import { failed, ok, warning } from "./finding";
import { PATIENCE_MS, placeOf } from "./place";

/** Signed requests are refused from 15 minutes on. */
const SKEW_WARNING_S = 30;
const SKEW_FAILURE_S = 15 * 60;

/** Asks without a signature. Undefined when the server does not tell its time. */
export async function clock(url: URL, preflight: Preflight, world: World): Promise<Finding | undefined> {
  const send = world.openTransport({ ...preflight, maxConcurrency: 1 });
  const sent = world.now().getTime();
  const request = { method: "GET", url: new URL("/", url), headers: {} };
  const response = await send(request, PATIENCE_MS).catch((error: Error) => error);
  // A TLS server ends such a connection, or answers 400; it does not keep silent.
  const isOdd =
    response instanceof TransportError
      ? response.code !== "ETIMEDOUT"
      : "status" in response && response.status === 400;
  if (isOdd && url.protocol === "http:" && (await speaksTls(placeOf(url)))) {
    return failed(
      "encryption",
      `${url.origin} is plain http, and the server speaks TLS`,
      "Write https:// in the address.",
    );
  }
  if (response instanceof Error) {
    return failed(
      "http",
      `no answer: ${response.message}`,
      "Check that this is the service's address, and its health.",
    );
  }
  const theirs = Date.parse(response.headers.date ?? "");
  if (Number.isNaN(theirs)) return undefined;
  // The header has whole seconds, and was written at some moment between request and answer.
  const now = world.now().getTime();
  const seconds = theirs + 999 < sent ? (sent - theirs) / 1000 : theirs > now ? (theirs - now) / 1000 : 0;
  const says = `the clocks differ by ${Math.round(seconds)} s`;
  const advice = "Set this machine's clock, or the server's, by NTP: signed requests are refused from 15 minutes on.";
  if (seconds >= SKEW_FAILURE_S) return failed("clock", says, advice);
  return seconds > SKEW_WARNING_S ? warning("clock", says, advice) : ok("clock", says);
}
