/** What the account API wraps its answers in. */

/** An answer: an HTTP status and a body. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A part of a refusal: what is wrong with one attribute. */
export interface Detail {
  readonly code: string;
  readonly description: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** Done. */
export function success(data: unknown, more: Readonly<Record<string, unknown>> = {}): Answer {
  return { status: 200, body: { result: "success", data, ...more } };
}

/** Accepted: the task that will do it. */
export function accepted(taskId: string, result: "asynchronous" | "delayed"): Answer {
  return { status: 202, body: { result, data: taskId } };
}

/** Refused. */
export function refusal(status: number, code: string, description: string, errors: readonly Detail[] = []): Answer {
  return { status, body: { result: "error", error: { code, description, ...(errors.length > 0 ? { errors } : {}) } } };
}

/** The refusal of a value. */
export function invalid(attribute: string, rule: string, description: string): Answer {
  return refusal(422, "validation_failed", "Validation failed", [
    { code: `validation_rule_${rule}`, description, context: { attribute } },
  ]);
}
