/** The answers with which the management API says no: its codes, each with the status that comes with it. */
import type { WireResponse } from "../../provider/http/wire";

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  "1004": "Request parameter cannot be found",
  "1005": "Required parameter is missing or empty",
  "1008": "Parameter is invalid",
  "1031": "Exceeding limit",
  "2000": "Unable to find entity in request URL",
  "4000": "Invalid credentials",
  "7000": "An error occurred in the API service. An unexpected error occurred",
};

/** Thrown inside the server, and turned into an answer at its edge. Nothing has been changed when it is thrown. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  constructor(
    readonly status: number,
    readonly code: string,
    readonly details = "",
  ) {
    super(code);
  }
}

/** Ends the handling of a request with this code. */
export function refuse(status: number, code: string, details?: string): never {
  throw new Refusal(status, code, details);
}

/** The answer to a refusal, in the form of the releases up to 3.8. */
export function refusalResponse(status: number, code: string, details = ""): WireResponse {
  const description = DESCRIPTIONS[code] ?? "An error occurred";
  const body = JSON.stringify({ code: Number(code), description, details, retryable: false });
  return { status, headers: { "content-type": "application/json" }, body };
}
