/** The S3 side: who is who, buckets, objects, operation masks. */
import assert from "node:assert/strict";
import { ann, contract, type Row, type Step, s3 } from "./table";

const owner = "<Owner><ID>ann%</ID><DisplayName>Ann</DisplayName></Owner>";

contract("ListBuckets", [
  [
    "names the owner",
    ann(),
    {
      ...mine("GET /", "200"),
      says: `<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${owner}<Buckets></Buckets></ListAllMyBucketsResult>`,
      also: ({ headers }) => assert.equal(headers["content-type"], "application/xml"),
    },
  ],
  ["names a tenant's owner with it", ann({ tenant: "t%" }), { ...mine("GET /", "200"), says: "<ID>t%$ann%</ID>" }],
  [
    "lists buckets",
    ann(),
    mine("PUT /bucket-%", "200"),
    { ...mine("GET /", "200"), says: "<Bucket><Name>bucket-%</Name><CreationDate>20" },
  ],
  [
    "a display name with marks",
    ann({ "display-name": `<&"'>` }),
    { ...mine("GET /", "200"), says: "&lt;&amp;&quot;&apos;&gt;" },
  ],
  ["an unknown key", { ask: s3("GET /", "AKno%", "x"), gives: "403 InvalidAccessKeyId" }],
  ["a wrong secret", ann(), { ask: s3("GET /", "AK%", "x"), gives: "403 SignatureDoesNotMatch" }],
  [
    "nobody's request is anonymous's",
    { ask: { method: "GET", path: "/", as: "nobody" }, gives: "200", says: "<ID>anonymous</ID>" },
  ],
  [
    "errors are XML with an empty message",
    {
      ask: s3("GET /", "AKno%", "x"),
      gives: "403 InvalidAccessKeyId",
      says: /^<\?xml version="1.0" encoding="UTF-8"\?><Error><Code>InvalidAccessKeyId<\/Code><Message><\/Message><RequestId>tx[-0-9a-z]+<\/RequestId><HostId>[^<]+<\/HostId><\/Error>$/,
      also: ({ headers }) => assert.equal(headers["content-type"], "application/xml"),
    },
  ],
]);

/** An operation mask, and what it leaves: listing, creating a bucket. */
const masks: readonly [mask: string, list: boolean, create: boolean][] = [
  ["read", true, false],
  ["write", false, true],
  ["delete", false, false],
  ["write, delete", false, true],
  ["fly", false, false],
];

contract("Operation masks", [
  ...masks.map(
    ([mask, list, create]): Row => [
      mask,
      ann({ "op-mask": mask }),
      mine("GET /", list ? "200" : "403 AccessDenied"),
      mine("PUT /bucket-%", create ? "200" : "403 AccessDenied"),
      { ask: s3("GET /", "AK%", "wrong"), gives: "403 SignatureDoesNotMatch" },
    ],
  ),
  ["suspended comes before the mask", ann({ "op-mask": "fly", suspended: 1 }), mine("GET /", "403 UserSuspended")],
]);

contract("Buckets", [
  ["made twice by one owner", ann(), mine("PUT /bucket-%", "200"), mine("PUT /bucket-%", "200")],
  [
    "somebody else's",
    ann(),
    mine("PUT /bucket-%", "200"),
    bob(),
    { ...bobs("PUT /bucket-%", "409 BucketAlreadyExists"), says: "<BucketName>bucket-%</BucketName>" },
    bobs("GET /bucket-%", "403 AccessDenied"),
    bobs("PUT /bucket-%/x", "403 AccessDenied"),
    bobs("GET /bucket-%/x", "403 AccessDenied"),
    bobs("DELETE /bucket-%", "403 AccessDenied"),
  ],
  [
    "the same name in a tenant",
    ann(),
    mine("PUT /bucket-%", "200"),
    bob({ tenant: "t%" }),
    bobs("PUT /bucket-%", "200"),
  ],
  [
    "max-buckets counts, also a bucket that is there",
    ann({ "max-buckets": 2 }),
    mine("PUT /bucket-a-%", "200"),
    mine("PUT /bucket-b-%", "200"),
    mine("PUT /bucket-c-%", "400 TooManyBuckets"),
    mine("PUT /bucket-a-%", "400 TooManyBuckets"),
    mine("DELETE /bucket-a-%", "204"),
    mine("PUT /bucket-c-%", "200"),
  ],
  ["max-buckets=-1 allows none", ann({ "max-buckets": -1 }), mine("PUT /bucket-%", "403 AccessDenied")],
  ["max-buckets=0 allows any number", ann({ "max-buckets": 0 }), mine("PUT /bucket-%", "200")],
  ["bad names", ann(), mine("PUT /b1", "400 InvalidBucketName"), mine("PUT /Bad_Name-%", "400 InvalidBucketName")],
  ["not there", ann(), mine("GET /no-%", "404 NoSuchBucket"), mine("DELETE /no-%", "404 NoSuchBucket")],
  ["not there, for HEAD", ann(), mine("HEAD /no-%", "404")],
  [
    "for nobody",
    { ask: { method: "PUT", path: "/bucket-%", as: "nobody" }, gives: "403 AccessDenied" },
    { ask: { method: "GET", path: "/no-%", as: "nobody" }, gives: "404 NoSuchBucket" },
    ann(),
    mine("PUT /bucket-%", "200"),
    { ask: { method: "GET", path: "/bucket-%", as: "nobody" }, gives: "403 AccessDenied" },
  ],
  ...["POST /", "PUT /", "DELETE /"].map((what): Row => [what, ann(), mine(what, "405 MethodNotAllowed")]),
]);

contract("Objects", [
  [
    "put, listed, read, deleted",
    ann(),
    mine("PUT /bucket-%", "200"),
    {
      ask: s3("PUT /bucket-%/a%20b/c%2Bd", "AK%", "sesame%", "hellö"),
      gives: "200",
      also: ({ headers }) => assert.match(headers.etag ?? "", /^"[0-9a-f]{32}"$/),
    },
    { ...mine("GET /bucket-%/a%20b/c%2Bd", "200"), says: /^hellö$/ },
    { ...mine("GET /bucket-%", "200"), says: "<Key>a b/c+d</Key>" },
    { ...mine("GET /bucket-%?list-type=2&prefix=a", "200"), says: "<Key>a b/c+d</Key>" },
    mine("HEAD /bucket-%", "200"),
    mine("DELETE /bucket-%", "409 BucketNotEmpty"),
    mine("DELETE /bucket-%/a%20b/c%2Bd", "204"),
    mine("DELETE /bucket-%/a%20b/c%2Bd", "204"),
    mine("GET /bucket-%/a%20b/c%2Bd", "404 NoSuchKey"),
    mine("DELETE /bucket-%", "204"),
  ],
  [
    "in a bucket that is not there",
    ann(),
    mine("PUT /no-%/x", "404 NoSuchBucket"),
    mine("GET /no-%/x", "404 NoSuchBucket"),
  ],
  [
    "a body that is not the signed one",
    ann(),
    mine("PUT /bucket-%", "200"),
    {
      ask: { ...s3("PUT /bucket-%/x", "AK%", "sesame%", "text"), headers: { "X-Amz-Content-Sha256": "0".repeat(64) } },
      gives: "400 XAmzContentSHA256Mismatch",
    },
  ],
]);

function mine(what: string, gives: string): Step {
  return { ask: s3(what, "AK%", "sesame%"), gives };
}

function bob(more: Record<string, string> = {}): Step {
  return ann({ uid: "bob%", "access-key": "BK%", ...more });
}

function bobs(what: string, gives: string): Step {
  return { ask: s3(what, "BK%", "sesame%"), gives };
}
