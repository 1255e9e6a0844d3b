#!/usr/bin/env bash
# The four packages as a user has them: those of two builds in two folders are equal, each has its README and notices, the tool is installed
# into an empty folder and searches, and the samples of the READMEs compile and run with nothing but the packages. Usage: packages.sh FOLDER
# (empty)
set -euo pipefail
cd "$(dirname "$0")/.."
top=$PWD
out=$1
pack() { # folder, options...
    local to=$1 project
    shift
    for project in Interop Layers Darts Cli; do dotnet pack "src/$project" -c Release -o "$to" -v q --nologo "$@"; done
}
pack "$out/packages" --no-build

# Another checkout, built on its own: a path, a time or chance in a package would show.
printf '[safe]\n\tdirectory = *\n' >"$out/gitconfig"
GIT_CONFIG_GLOBAL=$out/gitconfig git clone -q . "$out/clone"
(
    cd "$out/clone"
    export GIT_CONFIG_GLOBAL=$out/gitconfig
    pack "$out/again" -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false
)

# The order of files, their times and the name of the properties' file are chance; contents are not.
contents() { unzip -Z1 "$1" | grep -v '\.psmdcp$\|^_rels/' | LC_ALL=C sort | while read -r file; do
    # A bracket in a name is a pattern to unzip.
    printf '%s %s\n' "$(unzip -p "$1" "${file//[/\\[}" | sha256sum | cut -d' ' -f1)" "$file"
done; }
for package in "$out"/packages/*.nupkg; do
    name=$(basename "$package")
    contents "$package" >"$out/first"
    contents "$out/again/$name" >"$out/second"
    cmp "$out/first" "$out/second" || { echo "two builds of $name differ"; diff "$out/first" "$out/second"; exit 1; }
    for file in README.md THIRD-PARTY-NOTICES.md CHANGELOG.md; do
        grep -q " $file\$" "$out/first" || { echo "$name lacks $file"; exit 1; }
    done
    ! grep -q '/[a-z][a-z]\(-[A-Za-z]*\)*/[^/]*\.resources\.dll$' "$out/first" || { echo "$name has texts in other languages"; exit 1; }
    for text in tags releaseNotes license readme; do
        unzip -p "$package" '*.nuspec' | grep -q "<$text" || { echo "$name lacks <$text>"; exit 1; }
    done
done

# A tool is fetched whole: ONNX Runtime comes for x86-64 alone.
tool=$(stat -c %s "$out"/packages/miopendarts.*.nupkg)
[ "$tool" -lt 60000000 ] || { echo "the package of the tool has $tool bytes, not less than 60 MB"; exit 1; }

# Packages come from the folder alone; what they need comes from the sources of the user.
version=$(sed -n 's|.*<Version>\(.*\)</Version>.*|\1|p' Directory.Build.props)
export NUGET_PACKAGES=$out/cache
mkdir "$out/empty" "$out/program"
cd "$out/empty"
dotnet tool install miopendarts --tool-path "$out/tool" --add-source "$out/packages" --version "$version" -v q
"$out/tool/miopendarts" search --epochs 1 --layers 3 --init-channels 4 --nodes 2 --out run >"$out/search"
"$out/tool/miopendarts" show run | grep -q normal

cd "$out/program"
cat >program.csproj <<EOF
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <RestoreAdditionalProjectSources>$out/packages</RestoreAdditionalProjectSources>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="MIOpenDarts.Darts" Version="$version" />
  </ItemGroup>
</Project>
EOF
# Symbols are in the libraries.
cat >Program.cs <<'EOF'
using System.Reflection.PortableExecutable;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Layers.Backends;

foreach (var type in new[] { typeof(HipDevice), typeof(BackendChoice), typeof(DataSource) })
{
    using var file = new PEReader(File.OpenRead(type.Assembly.Location));
    var embedded = file.ReadDebugDirectory().Any(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
    Console.WriteLine($"{type.Assembly.GetName().Name} {(embedded ? "with" : "without")} symbols");
}
EOF
dotnet run -c Release >symbols
[ "$(grep -c ' with symbols' symbols)" = 3 ] || { echo "libraries lack symbols"; cat symbols; exit 1; }
# The samples of the packages' READMEs, as their readers run them.
sample() {
    sed -n '/^```csharp$/,/^```$/p' "$top/src/$1/README.md" | grep -v '^```' >Program.cs
    dotnet run -c Release >output || { echo "the sample of $1 fails"; exit 1; }
    grep -q "$2" output || { echo "the sample of $1 does not say '$2'"; cat output; exit 1; }
}
sample Interop .
sample Layers "^step 19: .*, 4 of 4 right"
sample Darts " of 1000 images right"
test -s network.onnx
echo "4 packages of version $version: equal when built again elsewhere, the tool ($((tool / 1000000)) MB) searches, the samples of their READMEs run"
