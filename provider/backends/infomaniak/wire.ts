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

/** An answer that holds something. */
const holding = <T extends z.ZodType>(data: T) => envelope.extend({ data });

/** The answer to a change: its result, or the id of the task that will bring it. */
export const wireOutcome = z.union([
  envelope.extend({ result: z.literal("success") }).transform(({ data }) => ({ data })),
  holding(z.string().min(1)).transform(({ data }) => ({ task: data })),
]);
/** What a change came to: its result, or the task that will bring it. */
export type Outcome = { readonly data: unknown } | { readonly task: string };

/** The answer of GET /1/async/tasks/{task_uuid}. */
export const wireTask = holding(
  z.looseObject({
    status: z.enum(["spooled", "running", "executed", "failed", "error"]),
    response: z.unknown().optional(),
  }),
);

/** Password and e-mail are never told. */
const user = z.looseObject({
  public_cloud_user_id: z.number(),
  open_stack_name: z.string().nullish(),
  description: z.string().nullish(),
  status: z.string().default("ok"),
});
/** A user. */
export type WireUser = z.infer<typeof user>;

const project = z.looseObject({
  public_cloud_project_id: z.number(),
  open_stack_name: z.string().nullish(),
  name: z.string(),
  status: z.string().default("ok"),
});
/** A project. */
export type WireProject = z.infer<typeof project>;

/** The answer of GET …/projects/P. */
export const wireProject = holding(project);

/** The answer of GET …/projects. */
export const wireProjects = holding(z.array(project));

/** What making a project results in: its id. */
export const madeProject = z.union([
  z.number(),
  z.looseObject({ public_cloud_project_id: z.number() }).transform((made) => made.public_cloud_project_id),
]);

/** The answer of GET …/users/U. */
export const wireUser = holding(user);

/** The answer of GET …/users. */
export const wireUsers = holding(z.array(user));

/** What making a user results in: its id, or (in an earlier revision of the API's own client) the user. */
export const madeUser = z.union([
  z.number(),
  z.looseObject({ public_cloud_user_id: z.number() }).transform((user) => user.public_cloud_user_id),
]);
