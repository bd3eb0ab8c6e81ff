// Builds what the benchmarks compare with: OpenTofu from its Go module, and the provider beside this file. Once for a machine;
// a few minutes on two cores.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { goIn } from "../../tools/pulumi/build.mjs";

const VERSION = "1.12.6";
const PACKAGE = "github.com/opentofu/opentofu/cmd/tofu";
/** The `replace` line is that of the module's own go.mod, which Go reads in the main module only. */
const GO_MOD = `module tofu

go 1.26.6

tool ${PACKAGE}

require github.com/opentofu/opentofu v${VERSION}

replace github.com/hashicorp/hcl/v2 => github.com/opentofu/hcl/v2 v2.20.2-0.20251021132045-587d123c2828
`;
const BUILD = ["build", "-mod=mod", "-trimpath", "-v", "-ldflags", "-s -w"];
const PROVIDER = fileURLToPath(new URL("provider", import.meta.url));

/** The directory with `tofu` and `terraform-provider-rgw`, built where they are missing; undefined where that is forbidden. */
export async function tofu({ env = process.env, log = console.error } = {}) {
  const cache = env.XDG_CACHE_HOME || path.join(env.HOME || homedir(), ".cache");
  const target = path.join(cache, "pulumi-object-users", "tofu", VERSION);
  const [cli, provider] = ["tofu", "terraform-provider-rgw"].map((name) => path.join(target, name));
  const sources = readdirSync(PROVIDER).map((name) => statSync(path.join(PROVIDER, name)).mtimeMs);
  const isFresh = existsSync(provider) && statSync(provider).mtimeMs >= Math.max(...sources);
  if (existsSync(cli) && isFresh) return { directory: target, version: VERSION };
  const forbidden = env.OBJECT_USERS_NO_INSTALL;
  if (forbidden && forbidden !== "0") return undefined;
  mkdirSync(target, { recursive: true });
  const goEnv = { ...env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
  if (!existsSync(cli)) {
    log(`building OpenTofu ${VERSION} from its Go modules into ${target}`);
    const source = mkdtempSync(path.join(tmpdir(), "tofu-"));
    try {
      writeFileSync(path.join(source, "go.mod"), GO_MOD);
      let lines = 0;
      const count = () => {
        lines += 1;
      };
      await goIn(source, goEnv).run([...BUILD, "-o", "built", PACKAGE], count, (seconds) =>
        log(`  building: ${lines} modules and packages, ${seconds} s (3 to 8 minutes on two cores)`),
      );
      renameSync(path.join(source, "built"), cli);
    } finally {
      rmSync(source, { recursive: true, force: true });
    }
  }
  execFileSync("go", ["build", "-trimpath", "-ldflags", "-s -w", "-o", provider, "."], { cwd: PROVIDER, env: goEnv });
  return { directory: target, version: VERSION };
}
