// Puts, lists and gets an object with the AWS SDK for JavaScript, whose login comes from its environment: client.cjs BUCKET
// NAME. One object is put as a stream, for which new SDKs send checksums behind the body unless they are told not to.

const { Readable } = require("node:stream");
const { S3Client, PutObjectCommand, ListObjectsV2Command, GetObjectCommand } = require("@aws-sdk/client-s3");

async function main(Bucket, Key) {
  const s3 = new S3Client({ forcePathStyle: true, maxAttempts: 1 });
  const text = `by ${Key}`;
  await s3.send(
    new PutObjectCommand({ Bucket, Key: `${Key}.stream`, Body: Readable.from([text]), ContentLength: text.length }),
  );
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: text }));
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  console.log(...Contents.map((each) => each.Key));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  console.log(await Body.transformToString());
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});
