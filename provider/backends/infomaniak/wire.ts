/** What the account API answers. Loose: it is known from public sources only. */
import * as z from "zod";

/** A part of a refusal. */
const detail = z.looseObject({
  code: z.string().optional(),
  description: z.string().optional(),
  context: z.looseObject({ attribute: z.string().optional() }).optional(),
});

/** What every answer is wrapped in, a finished task's too. */
export const envelope = z.looseObject({
  result: z.enum(["success", "error", "asynchronous", "delayed"]),
  data: z.unknown().optional(),
  pages: z.number().optional(),
  error: detail.extend({ errors: z.array(detail).nullish() }).nullish(),
});
/** An answer. */
export type Envelope = z.infer<typeof envelope>;

/** The id of a task. */
export const taskId = z.string().min(1);

/** GET /1/async/tasks/{task_uuid}. */
export const wireTask = z.looseObject({
  status: z.enum(["spooled", "running", "executed", "failed", "error"]),
  response: z.unknown().optional(),
});

/** A user. Password and e-mail are never told. */
export const wireUser = z.looseObject({
  public_cloud_user_id: z.number(),
  open_stack_name: z.string().nullish(),
  description: z.string().nullish(),
  status: z.string().default("ok"),
});
/** A user. */
export type WireUser = z.infer<typeof wireUser>;

/** GET …/users. */
export const wireUsers = z.array(wireUser);

/** What making a user results in: its id, or (in an earlier revision of the API's own client) the user. */
export const madeUser = z.union([
  z.number(),
  z.looseObject({ public_cloud_user_id: z.number() }).transform((user) => user.public_cloud_user_id),
]);
