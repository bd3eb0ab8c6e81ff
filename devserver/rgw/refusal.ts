/**
 * The answers with which the gateway says no: each code with the status that the real one sends with it.
 */

const statuses = {
  AccessDenied: 403,
  AccountAlreadyExists: 409,
  BucketAlreadyExists: 409,
  BucketNotEmpty: 409,
  EmailExists: 409,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidCapability: 400,
  InvalidSecretKey: 400,
  InvalidTenantName: 400,
  KeyExists: 409,
  MethodNotAllowed: 405,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchSubUser: 404,
  NoSuchUser: 404,
  NotImplemented: 501,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  TooManyBuckets: 400,
  UnknownError: 500,
  UserAlreadyExists: 409,
  UserSuspended: 403,
  XAmzContentSHA256Mismatch: 400,
} as const satisfies Record<string, number>;

/** A code of the real gateway that this one uses. */
export type RefusalCode = keyof typeof statuses;

/** Thrown inside the gateway, and turned into an answer at its edge. Nothing has been changed when it is thrown. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    readonly status: number = statuses[code],
  ) {
    super(code);
    this.name = "Refusal";
  }
}

/** Ends the handling of a request with this code; with another status than usual, where it has one. */
export function refuse(code: RefusalCode, status?: number): never {
  throw new Refusal(code, status);
}
