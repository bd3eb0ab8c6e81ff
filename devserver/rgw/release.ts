/**
 * What releases of Ceph do differently, as data. Everything else of the gateway is the same in all of them.
 */

/** The releases that it speaks as; the real ones are held to the same contract. */
export const RELEASES = [16, 18, 20] as const;
export type Release = (typeof RELEASES)[number];

/** The ways of one release. */
export interface Ways {
  /** What a request gets whose uid names nobody, and a search for an access key that nobody has. */
  readonly nobody: "AccessDenied" | "InvalidArgument";
  /** Types of capabilities beyond those that all releases know. */
  readonly caps: readonly string[];
  /** Whether `system` and `admin` of a user, and `truncated` of metadata/user, are the texts "true" and "false". */
  readonly flagsAreTexts: boolean;
  /** Whether an e-mail address is stored in lower case. Two that differ in nothing else are the same everywhere. */
  readonly lowersEmail: boolean;
  /** Whether placement and storage class are one parameter, `placement/class`, or two. */
  readonly placement: "one" | "two";
  /** The list of buckets of a user that is not there. */
  readonly bucketsOfNobody: "[]" | "";
  /** Whether a key that is named without a secret, where none may be made up, keeps the one that it has. */
  readonly keepsSecrets: boolean;
  /** Whether keys can be disabled, and a user shows since when it and its keys are there. */
  readonly disablesKeys: boolean;
  /** Whether a parameter of the admin API, metadata excepted, is decoded once more after the signature was checked. */
  readonly decodesTwice: boolean;
}

const sixteen: Ways = {
  nobody: "AccessDenied",
  caps: [],
  flagsAreTexts: true,
  lowersEmail: true,
  placement: "one",
  bucketsOfNobody: "[]",
  keepsSecrets: false,
  disablesKeys: false,
  decodesTwice: false,
};

const eighteen: Ways = {
  ...sixteen,
  nobody: "InvalidArgument",
  caps: ["info", "ratelimit"],
  flagsAreTexts: false,
};

const twenty: Ways = {
  ...eighteen,
  caps: [...eighteen.caps, "accounts", "user-info-without-keys"],
  lowersEmail: false,
  placement: "two",
  bucketsOfNobody: "",
  keepsSecrets: true,
  disablesKeys: true,
  decodesTwice: true,
};

/** The ways of each release. */
export const ways: Readonly<Record<Release, Ways>> = { 16: sixteen, 18: eighteen, 20: twenty };
