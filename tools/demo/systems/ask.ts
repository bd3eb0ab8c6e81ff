// What the systems do past Pulumi by HTTP: one request, its answer read by a schema, the command as a person reads it.

import type * as z from "zod";
import { nodeSend } from "../../../provider/http/send";
import type { WireRequest, WireResponse } from "../../../provider/http/wire";
import type { Deed } from "../system";

const TIMEOUT_MS = 30_000;
const send = nodeSend({ maxConcurrency: 1 });

/** Sends a request. Rejects with the answer unless it is a success. */
export async function exchange(request: WireRequest): Promise<WireResponse> {
  const answer = await send(request, TIMEOUT_MS);
  if (answer.status < 200 || answer.status > 299)
    throw new Error(`${commandOf(request)} was answered with ${answer.status} ${answer.body}`);
  return answer;
}

/** Sends a request; answers what the schema reads in the JSON. */
export async function ask<Answer>(request: WireRequest, schema: z.ZodType<Answer>): Promise<Deed<Answer>> {
  const { body } = await exchange(request);
  return { command: commandOf(request), answer: schema.parse(body === "" ? undefined : JSON.parse(body)) };
}

/** The same without the answer: it may hold secrets, and nobody needs it. */
export async function act(request: WireRequest): Promise<Deed> {
  await exchange(request);
  return { command: commandOf(request), answer: undefined };
}

function commandOf({ method, url, body }: WireRequest): string {
  return [method, url.href, body].filter(Boolean).join(" ");
}
