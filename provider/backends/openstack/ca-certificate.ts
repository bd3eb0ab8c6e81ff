/** The certificate authority that a connection trusts besides the system's: given as text, or as a file as OpenStack's clients have it. */
import { readFileSync } from "node:fs";
import { ObjectUserError } from "../../errors";
import type { Settings } from "./settings";

/**
 * The PEM text to trust; undefined for the system's own authorities. Text goes before a file, which must be readable all the
 * same. Throws an ObjectUserError when it is not.
 */
export function caCertificateOf({ caCertificate, caFile }: Settings): string | undefined {
  const inFile = caFile === undefined ? undefined : pemOf(caFile);
  return caCertificate ?? inFile;
}

function pemOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new ObjectUserError({
      code: "invalid",
      operation: "connecting",
      subject: "to openstack",
      problem: `the certificate file ${file} (OS_CACERT, cacert) cannot be read`,
      advice: "Check the path, or give the PEM text as caCertificate.",
      cause,
    });
  }
}
