// Reads credentials files as the AWS SDK for JavaScript does: read.cjs < FILES. The files stand one a line on the input;
// the answer is one JSON list of secrets.

const { readFileSync } = require("node:fs");
const { S3Client } = require("@aws-sdk/client-s3");

async function secretIn(file) {
  process.env.AWS_SHARED_CREDENTIALS_FILE = file;
  const { secretAccessKey } = await new S3Client({ region: "us-east-1", profile: "odd" }).config.credentials();
  return secretAccessKey;
}

async function main() {
  process.env.AWS_CONFIG_FILE = "/dev/null";
  const secrets = [];
  for (const file of readFileSync(0, "utf8").trim().split("\n")) secrets.push(await secretIn(file));
  console.log(JSON.stringify(secrets));
}

main();
