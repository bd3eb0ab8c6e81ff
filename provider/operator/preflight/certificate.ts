/** Certificates: whether a server speaks TLS, whether its certificate is believed, and for how long. */
import { connect, type PeerCertificate, rootCertificates } from "node:tls";
import type { Finding, Preflight } from "../../backends/backend";
import type { World } from "../../world";
import { failed, ok, warning } from "./finding";
import { PATIENCE_MS, type Place } from "./place";

/** A certificate that ends sooner is warned of. */
const SOON_DAYS = 21;

/** Looks at the certificate of a place that should speak TLS. */
export async function certificate(
  place: Place,
  { caCertificate, insecure }: Preflight,
  world: World,
): Promise<Finding> {
  const { host, port } = place;
  const { certificate, doubt, problem } = await handshake(place, caCertificate);
  if (certificate === undefined) {
    const advice = "The server does not speak TLS there: check https or http, and the port.";
    return failed("certificate", `${host}:${port} makes no TLS connection (${problem})`, advice);
  }
  const until = new Date(certificate.valid_to);
  const days = Math.floor((until.getTime() - world.now().getTime()) / 86_400_000);
  const says = `valid until ${until.toISOString().slice(0, 10)}`;
  if (insecure)
    return warning("certificate", `${says}, and not checked (insecure)`, "Give caCertificate instead of insecure.");
  const isOver = days < 0 || (doubt !== undefined && /EXPIRED/.test(doubt));
  if (isOver) return failed("certificate", `ended ${until.toISOString()}`, "Renew it.");
  if (doubt !== undefined && /ALTNAME/.test(doubt)) {
    const names = certificate.subjectaltname ?? "another name";
    return failed("certificate", `is for ${names}, not for ${host}`, "Use one of its names in the address.");
  }
  if (doubt !== undefined) {
    const advice = "Give the PEM text of the authority that signed it as caCertificate.";
    return failed("certificate", `is not trusted (${doubt})`, advice);
  }
  if (days >= SOON_DAYS) return ok("certificate", says);
  return warning("certificate", `${says}, in ${days} days`, "Renew it before.");
}

/** Whether a place takes a TLS connection, whatever its certificate. */
export async function speaksTls(place: Place): Promise<boolean> {
  return (await handshake(place)).problem === undefined;
}

interface Handshake {
  readonly certificate?: PeerCertificate;
  /** Why the certificate is not believed. */
  readonly doubt?: string;
  /** There is no handshake at all. */
  readonly problem?: string;
}

function handshake({ host, port }: Place, ca?: string): Promise<Handshake> {
  return new Promise((resolve) => {
    const trust = ca === undefined ? {} : { ca: [...rootCertificates, ca] };
    const name = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: PATIENCE_MS, ...name, ...trust });
    const end = (result: Handshake) => {
      socket.destroy();
      resolve(result);
    };
    socket.once("secureConnect", () => {
      const doubt = socket.authorizationError as unknown as Error | string | undefined;
      const why = doubt instanceof Error ? ((doubt as NodeJS.ErrnoException).code ?? doubt.message) : doubt;
      end({ certificate: socket.getPeerCertificate(), ...(why ? { doubt: why } : {}) });
    });
    socket.once("timeout", () => end({ problem: `no TLS within ${PATIENCE_MS / 1000} s` }));
    socket.once("error", (error: NodeJS.ErrnoException) => end({ problem: error.code ?? error.message }));
  });
}
