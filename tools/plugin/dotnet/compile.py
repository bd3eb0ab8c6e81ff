"""compile.py ROSLYN PULUMI SDK PROGRAM …: compiles C# by Microsoft's compiler, whose libraries lie in the folder ROSLYN. The
others are files or folders: the SDK sees Pulumi, and each program, of which warnings count, too, sees both. Prints what the
compiler says, and fails when that is anything. Writes nothing."""

import json
import pathlib
import sys
import sysconfig
import tempfile

from clr_loader import get_coreclr
from pythonnet import set_runtime

DOTNET = pathlib.Path(sysconfig.get_path("purelib"), "dnv", "net", "runtime", ".net")
CONFIG = {
    "tfm": "net8.0",
    "framework": {"name": "Microsoft.NETCore.App", "version": "8.0.0"},
    # .NET asks for libicu otherwise, which not every machine has.
    "configProperties": {"System.Globalization.Invariant": True},
}
with tempfile.NamedTemporaryFile("w", suffix=".json") as config:
    json.dump({"runtimeOptions": CONFIG}, config)
    config.flush()
    set_runtime(get_coreclr(runtime_config=config.name, dotnet_root=str(DOTNET)))

import clr  # noqa: E402

ROSLYN, PULUMI, SDK, *PROGRAMS = map(pathlib.Path, sys.argv[1:])
for library in ("Microsoft.CodeAnalysis", "Microsoft.CodeAnalysis.CSharp"):
    clr.AddReference(str(ROSLYN / f"{library}.dll"))

from Microsoft.CodeAnalysis import (  # noqa: E402
    DiagnosticSeverity,
    MetadataReference,
    NullableContextOptions,
    OutputKind,
    SyntaxTree,
)
from Microsoft.CodeAnalysis.CSharp import (  # noqa: E402
    CSharpCompilation,
    CSharpCompilationOptions,
    CSharpSyntaxTree,
)
from System.Collections.Generic import List  # noqa: E402
from System.Runtime.InteropServices import RuntimeEnvironment  # noqa: E402

framework = pathlib.Path(RuntimeEnvironment.GetRuntimeDirectory())
libraries = ["System.Private.CoreLib.dll", "System.Private.Uri.dll", *(file.name for file in framework.glob("System.[!P]*.dll"))]
seen = List[MetadataReference]()
for library in libraries:
    seen.Add(MetadataReference.CreateFromFile(str(framework / library)))

problems = []
for part in (PULUMI, SDK, *PROGRAMS):
    is_program = part in PROGRAMS
    trees = List[SyntaxTree]()
    for file in [part] if part.is_file() else sorted(part.rglob("*.cs")):
        trees.Add(CSharpSyntaxTree.ParseText(file.read_text("utf-8-sig"), path=str(file)))
    kind = OutputKind.ConsoleApplication if is_program else OutputKind.DynamicallyLinkedLibrary
    options = CSharpCompilationOptions(kind).WithNullableContextOptions(NullableContextOptions.Enable)
    compiled = CSharpCompilation.Create(part.stem, trees, seen, options)
    least = DiagnosticSeverity.Warning if is_program else DiagnosticSeverity.Error
    problems += [str(one) for one in compiled.GetDiagnostics() if int(one.Severity) >= int(least)]
    if not is_program:
        seen.Add(compiled.ToMetadataReference())
sys.exit("\n".join(problems) or None)
