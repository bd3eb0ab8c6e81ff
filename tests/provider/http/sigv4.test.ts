/** Signatures, against the examples that AWS publishes for S3. */
import assert from "node:assert/strict";
import { escaped, signed } from "../../../provider/http/sigv4";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const CREDENTIALS = { accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
const AT = new Date("2013-05-24T00:00:00Z");
const BUCKET = "https://examplebucket.s3.amazonaws.com";

const header = (url: string) => {
  const { headers } = signed({ method: "GET", url: new URL(url) }, CREDENTIALS, "us-east-1", AT);
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
};

describe("signed", () => {
  const rows: readonly [what: string, url: string, signature: string][] = [
    [
      "GET Bucket Lifecycle",
      `${BUCKET}/?lifecycle`,
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    ],
    [
      "GET Bucket",
      `${BUCKET}/?max-keys=2&prefix=J`,
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ],
  ];
  for (const [what, url, signature] of rows) {
    it(`AWS's example: ${what}`, () => {
      assert.equal(
        header(url).authorization,
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, " +
          `SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${signature}`,
      );
    });
  }

  it("has the payload's hash and the time as headers, which RGW insists on", () => {
    const { "x-amz-content-sha256": hash, "x-amz-date": date, host } = header(BUCKET);
    assert.equal(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert.equal(date, "20130524T000000Z");
    assert.equal(host, "examplebucket.s3.amazonaws.com");
  });

  it("signs the port as part of the host, and a body by its hash", () => {
    const request = { method: "POST", url: new URL("http://127.0.0.1:7480/x"), body: "hello" };
    const { headers, body } = signed(request, CREDENTIALS, "us-east-1", AT);
    assert.equal(headers.Host ?? headers.host, "127.0.0.1:7480");
    assert.equal(headers["X-Amz-Content-Sha256"], "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assert.equal(body, "hello");
  });

  it("never carries the secret", () => {
    assert.ok(!JSON.stringify(header(BUCKET)).includes(CREDENTIALS.secretKey));
  });
});

describe("escaped", () => {
  const rows: readonly [text: string, escaped: string][] = [
    ["abcXYZ019-_.~", "abcXYZ019-_.~"],
    [" +&=/?#%", "%20%2B%26%3D%2F%3F%23%25"],
    ["!'()*", "%21%27%28%29%2A"],
    ["ü€😀", "%C3%BC%E2%82%AC%F0%9F%98%80"],
  ];
  for (const [text, expected] of rows) it(text, () => assert.equal(escaped(text), expected));
});
