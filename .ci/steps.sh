# What run and nightly share; sourced at the root of the checkout.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Builds run the analyzers.
export CI=true
# No build server outlives its command, so that the processor time of a step is all of it, and nothing is left running.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
logs=$(mktemp -d)
mkdir "$logs/tests"
trap 'rm -rf "$logs"' EXIT
problems=()
limit=3600 # seconds for one command, so that what hangs is ended and named
without_gpu='Category!=long&Category!=gpu&Category!=virtual-gpu'

# Sets cpu to the processor seconds of all commands that have ended. (A subshell would count its own only.)
processor() {
    times >"$logs/times"
    cpu=$(tr ms, '  .' <"$logs/times" | awk '{ n += 60 * ($1 + $3) + $2 + $4 } END { printf "%d", n }')
}

step() { # name, command...
    local name=$1 wall=$SECONDS before result=ok time='%4d:%02d min'
    shift
    processor
    before=$cpu
    echo "== $name"
    "$@" || { result=failed; problems+=("$name"); }
    processor
    wall=$((SECONDS - wall)) cpu=$((cpu - before))
    printf "$time, $time of processor time  %-6s  %s\n" \
        $((wall / 60)) $((wall % 60)) $((cpu / 60)) $((cpu % 60)) $result "$name" | tee -a "$logs/steps"
}

logged() { # log, command...: shown and kept
    local log=$1
    shift
    "$@" 2>&1 | tee -a "$logs/$log"
    return "${PIPESTATUS[0]}"
}

# Runs a program for no longer than $limit seconds, and ends with it what it started.
limited() {
    timeout -k 20 "$limit" "$@"
    local code=$?
    case $code in 124 | 137) echo "no end within $((limit / 60)) minutes" ;; esac
    return "$code"
}

tests() { # log, arguments of dotnet test...: what failed, was skipped or is told (widths of vectors, seeds) and the last line are shown
    local log=$logs/tests/$1 code
    shift
    limited dotnet test -c Release --no-build "$@" >"$log" 2>&1
    code=$?
    # No test that fits the filter is no failure to dotnet test.
    [ "$code" != 0 ] || grep -q '^Passed! ' "$log" || { echo "no test ran"; code=1; }
    [ "$code" = 0 ] && grep -E '^Passed! |^  Skipped |^\[xUnit.net [0-9:.]+\] MIOpenDarts' "$log" || tail -40 "$log"
    return "$code"
}

# What a newcomer reads, in the order of the README's table.
guides=(README.md docs/guides/*.md)

# The blocks of the README and the guides with this mark, in order, each a file in a folder that says where it stands.
blocks() { # mark (sh, sh long), folder
    local guide
    mkdir "$2"
    for guide in "${guides[@]}"; do blocks_of "$1" "$2" "$guide"; done
}

blocks_of() { # mark, folder, file
    awk -v mark="\`\`\`$1" -v dir="$2" \
        -v name="$(basename "$3" .md)" \
        '$0 == mark { n++; inside = 1; next } /^```/ { inside = 0 } inside { print > (dir "/" name sprintf(" %02d", n)) }' "$3"
}

# Lines of code end within 140 columns. What a raw string holds, and a word that cannot be broken, are data.
columns() {
    python3 -c '
import pathlib, sys
long = 0
for path in sorted(p for top in ("src", "tests", "bench", "samples") for p in pathlib.Path(top).rglob("*.cs")):
    if {"bin", "obj", "Generated"} & set(path.parts): continue
    raw = False
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), 1):
        marks = line.count("\"\"\"")
        if len(line) > 140 and not raw and not marks and max(map(len, line.split())) < 100:
            print(f"{path}:{number}: {len(line)} columns")
            long += 1
        raw ^= marks % 2 == 1
sys.exit(long > 0)'
}

install_packages() {
    [ "$(id -u)" = 0 ] || return 0
    export DEBIAN_FRONTEND=noninteractive
    limited apt-get update -q >"$logs/apt" 2>&1
    limited apt-get install -y -q --no-install-recommends \
        git python3 chromium fonts-dejavu-core gcc g++ binutils xz-utils zstd util-linux wget gpgv \
        ca-certificates debian-archive-keyring zsh unzip dataset-fashion-mnist \
        openmpi-bin libopenmpi-dev mpich libmpich-dev >>"$logs/apt" 2>&1 || { tail -5 "$logs/apt"; return 1; }
}

prepare() {
    step packages install_packages
    step headers limited sh native/generation/headers.sh
    step libraries limited sh native/generation/libraries.sh
    step "virtual GPU" limited native/virtual-gpu/setup.sh
    # If it could not be set up, the tests that want it fail rather than be skipped.
    export MIOPENDARTS_VGPU_EXEC=$PWD/native/virtual-gpu/exec
}

count() { # Passed, Failed or Skipped, in all test runs
    cat "$logs"/tests/* 2>/dev/null | grep -E '^(Passed|Failed|Skipped)! +- ' | sed -E "s/.*$1: +([0-9]+),.*/\1/" |
        awk '{ n += $1 } END { print n + 0 }'
}

# What each step took, what failed, and the sums of all test runs: N passed, N failed, N skipped. Nothing may fail or be skipped.
finish() {
    local passed failed skipped problem
    passed=$(count Passed) failed=$(count Failed) skipped=$(count Skipped)
    # A step fails with its tests, which are counted already.
    [ "$failed" -gt 0 ] || failed=${#problems[@]}
    echo "== $((SECONDS / 60)) minutes"
    cat "$logs/steps"
    for problem in "${problems[@]+"${problems[@]}"}"; do echo "failed: $problem"; done
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ] && [ "$skipped" = 0 ] && [ "$passed" -gt 0 ]
}
