using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MIOpenDarts.Interop.Tests.Abi;

/// <summary>A C++ program that compiles only if every claim holds against the real headers of one ROCm generation.</summary>
internal static partial class Probe
{
    // Integers are compared by size and sign, chars by size alone, everything by value category: what the machine's calling convention
    // sees. const disappears; enums, structs and opaque pointers have to be the very same type.
    private const string Prelude = """
        template<int Size, bool Signed> struct integer {};
        template<class T> struct norm;
        template<class T, class = void> struct bare { using type = T; };
        template<class T> struct bare<T,
            std::enable_if_t<std::is_integral_v<T>>> { using type = integer<sizeof(T), sizeof(T) != 1 && std::is_signed_v<T>>; };
        template<class T> struct bare<T*> { using type = typename norm<T>::type*; };
        template<class T, std::size_t N> struct bare<T[N]> { using type = typename norm<T>::type[N]; };
        template<class R, class... A> struct bare<R(A...)> { using type = typename norm<R>::type(typename norm<A>::type...); };
        template<class T> struct norm : bare<std::remove_cv_t<T>> {};
        template<class A, class B> constexpr bool same = std::is_same_v<typename norm<A>::type, typename norm<B>::type>;
        using text = std::string_view;
        #define TEXT_(x) #x
        #define TEXT(x) TEXT_(x)
        """;

    /// <summary>Names of the claims that do not hold.</summary>
    public static async Task<IReadOnlyList<string>> FailuresAsync(IReadOnlyList<Binding> claims, string library, string include)
    {
        var folder = Directory.CreateTempSubdirectory("abi-probe");
        try
        {
            var head = Header(library).Concat(Prelude.Split('\n')).ToArray();
            var lines = head.Concat(claims.Select(c => $"static_assert({c.Condition}, \"{c.Name}\");"));
            await File.WriteAllLinesAsync(Path.Combine(folder.FullName, "probe.cpp"), lines);
            var messages = await CompileAsync(folder.FullName, include);
            var wrong = ErrorLine().Matches(messages).Select(m => int.Parse(m.Groups[1].Value)).Distinct().ToArray();
            var elsewhere = AnyError().Matches(messages).Select(m => m.Value).FirstOrDefault(m => !ErrorLine().IsMatch(m));
            Assert.True(elsewhere is null && wrong.All(w => w > head.Length), $"the probe itself does not compile: {messages}");
            return wrong.Select(w => claims[w - head.Length - 1].Name).ToArray();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<string> Header(string library)
    {
        foreach (var standard in new[] { "climits", "cstddef", "cstdint", "cstdio", "cstdlib", "cstring", "string_view", "type_traits" })
        {
            yield return $"#include <{standard}>";
        }
        if (library != "hip")
        {
            yield return library switch
            {
                "hiprtc" => "#include <hip/hiprtc.h>",
                "miopen" => "#include <miopen/miopen.h>",
                _ => "#include <hipblas/hipblas.h>",
            };
            yield break;
        }
        // HIP adds overloads for C++, which would make a function's name ambiguous: read its header as C reads it.
        yield return "#include <stdbool.h>";
        yield return "#undef __cplusplus";
        yield return "#include <hip/hip_runtime_api.h>";
        yield return "#define __cplusplus 201703L";
    }

    private static async Task<string> CompileAsync(string folder, string include)
    {
        var start = new ProcessStartInfo("g++", ["-std=c++17", "-fsyntax-only", "-w", "-fmax-errors=0", "-fdiagnostics-color=never",
            "-D__HIP_PLATFORM_AMD__=1", "-DMIOPEN_BETA_API=1", "-I", include, "probe.cpp"])
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C";
        using var compiler = Process.Start(start)!;
        var messages = await compiler.StandardError.ReadToEndAsync();
        await compiler.WaitForExitAsync();
        Assert.Equal(messages.Contains("error:", StringComparison.Ordinal), compiler.ExitCode != 0);
        return messages;
    }

    [GeneratedRegex(@"^probe\.cpp:(\d+):\d+: (?:fatal )?error:", RegexOptions.Multiline)]
    private static partial Regex ErrorLine();

    [GeneratedRegex(@"^.*error:.*$", RegexOptions.Multiline)]
    private static partial Regex AnyError();
}
