import path from "node:path";

/** Pulumi's host for YAML, beside the CLI or on its way. */
export async function findYaml(): Promise<string | undefined> {
  const { findPulumi } = (await import("../../../tools/pulumi/find.mjs" as string)) as {
    findPulumi(): { path: string[] };
  };
  const { findYamlHost } = (await import("../../../tools/pulumi/yaml.mjs" as string)) as {
    findYamlHost(directories: readonly string[]): string | undefined;
  };
  return findYamlHost([...findPulumi().path, ...(process.env.PATH ?? "").split(path.delimiter)]);
}
