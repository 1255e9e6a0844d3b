// Targets: Build (default), Format, Test, Bench, Pack, Bindings, VirtualGpu. Run: dotnet tool restore && dotnet cake --target=Test
var target = Argument("target", "Build");
var configuration = Argument("configuration", "Release");
var solution = "MIOpenDarts.sln";

Task("Build")
    .Does(() => DotNetBuild(solution, new DotNetBuildSettings { Configuration = configuration }));

Task("Format")
    .Does(() => DotNetFormat(solution, new DotNetFormatSettings { VerifyNoChanges = true }));

Task("Test")
    .IsDependentOn("Build")
    .Does(() => DotNetTest(solution, new DotNetTestSettings { Configuration = configuration, NoBuild = true }));

Task("Bench")
    .IsDependentOn("Build")
    .Does(() => DotNetRun(
        "bench/MIOpenDarts.Bench.csproj",
        new ProcessArgumentBuilder().Append("--filter").AppendQuoted(Argument("filter", "*")).Append("--job").Append(Argument("job", "short")),
        new DotNetRunSettings { Configuration = configuration, NoBuild = true }));

Task("Pack")
    .IsDependentOn("Build")
    .Does(() =>
    {
        foreach (var project in GetFiles("src/*/*.csproj"))
            DotNetPack(project.FullPath, new DotNetPackSettings
            {
                Configuration = configuration,
                NoBuild = true,
                OutputDirectory = "artifacts/packages",
            });
    });

Task("Bindings")
    .Does(() =>
    {
        if (Context.Tools.Resolve(new[] { "ClangSharpPInvokeGenerator", "ClangSharpPInvokeGenerator.exe" }) is null)
            throw new CakeException(
                "ClangSharpPInvokeGenerator is not on the PATH. It is the generator of the public dotnet/ClangSharp project: "
                + "install it (dotnet tool install --global ClangSharpPInvokeGenerator, or build that project) and run this target again. "
                + "The committed files under src/Interop/Generated need no generator.");
        foreach (var script in new[] { "native/generation/headers.sh", "native/generation/generate.sh" })
            if (StartProcess("sh", new ProcessSettings { Arguments = script }) != 0)
                throw new CakeException($"{script} failed; the lines above say why.");
    });

Task("VirtualGpu")
    .Does(() =>
    {
        if (StartProcess("bash", new ProcessSettings { Arguments = "native/virtual-gpu/setup.sh" }) != 0)
            throw new CakeException("The virtual gfx803 could not be set up; the lines above say why.");
    });

RunTarget(target);
