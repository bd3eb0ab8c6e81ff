/** The answers with which the API says no: most have an empty body, some four fields. */
import type { WireResponse } from "../../provider/http/wire";

const STATUSES: Readonly<Record<number, string>> = {
  400: "BAD_REQUEST",
  404: "NOT_FOUND",
  409: "CONFLICT",
  422: "UNPROCESSABLE_ENTITY",
  500: "INTERNAL_SERVER_ERROR",
};

/** Thrown inside the server, and turned into an answer at its edge. Nothing has been changed when it is thrown. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  constructor(
    readonly status: number,
    readonly code?: string,
    readonly field = "",
  ) {
    super(code ?? String(status));
  }
}

/** Ends the handling of a request. Without a code the answer is empty. */
export function refuse(status: number, code?: string, field?: string): never {
  throw new Refusal(status, code, field);
}

/** The answer to a refusal. */
export function refusalResponse(status: number, errorCode?: string, field = ""): WireResponse {
  if (errorCode === undefined) return { status, headers: {}, body: "" };
  const errorMessage = `Error on field '${field}'`;
  const body = JSON.stringify({ status: STATUSES[status] ?? "ERROR", errorCode, errorDesc: field, errorMessage });
  return { status, headers: { "content-type": "application/json" }, body };
}
