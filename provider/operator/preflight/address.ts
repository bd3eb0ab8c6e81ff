/** One address of a connection: its name, its port, its certificate, its clock. It ends with what fails. */
import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import type { Finding, Preflight } from "../../backends/backend";
import { isReadable } from "../../http/plain-http";
import type { World } from "../../world";
import { certificate } from "./certificate";
import { clock } from "./clock";
import { failed, ok, warning } from "./finding";
import { PATIENCE_MS, type Place, placeOf } from "./place";

/** Looks at an address, one finding after another. */
export async function* lookAt(url: URL, preflight: Preflight, world: World): AsyncIterable<Finding> {
  const place = placeOf(url);
  const { host, port } = place;
  const addresses = await lookup(host, { all: true }).catch((error: NodeJS.ErrnoException) => error);
  if (addresses instanceof Error) {
    yield failed("name", `${host} is not known (${addresses.code})`, "Check the host's name, and this machine's DNS.");
    return;
  }
  const refused = await open(place);
  if (refused !== undefined) {
    yield failed("port", `${host}:${port} ${refused}`, "Check the port, that the service runs, and firewalls between.");
    return;
  }
  yield ok("port", `${host}:${port} answers`);
  if (url.protocol === "https:") {
    const finding = await certificate(place, preflight, world);
    yield finding;
    if (finding.verdict === "failed") return;
  } else if (isReadable(url.href)) {
    yield warning("encryption", `${url.origin} is not encrypted`, "Use https: credentials and keys cross in clear.");
  }
  const skew = await clock(url, preflight, world);
  if (skew) yield skew;
}

/** Undefined when the port takes a connection, else what happens instead. */
function open({ host, port }: Place): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE_MS });
    const end = (problem?: string) => {
      socket.destroy();
      resolve(problem);
    };
    socket.once("connect", () => end());
    socket.once("timeout", () => end(`does not answer within ${PATIENCE_MS / 1000} s`));
    socket.once("error", (error: NodeJS.ErrnoException) =>
      end(error.code === "ECONNREFUSED" ? "refuses the connection" : `cannot be reached (${error.code})`),
    );
  });
}
