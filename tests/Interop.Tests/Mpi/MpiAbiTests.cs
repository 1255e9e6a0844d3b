using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using MIOpenDarts.Interop.Mpi;

namespace MIOpenDarts.Interop.Tests.Mpi;

/// <summary>A C program prints what each mpi.h says; the tables must say the same.</summary>
public sealed class MpiAbiTests
{
    /// <summary>Names in the headers beside those in the tables.</summary>
    private static readonly (string Header, Func<MpiConstants, long> Ours)[] Handles =
    [
        ("MPI_COMM_WORLD", c => c.World), ("MPI_BYTE", c => c.Byte), ("MPI_INT", c => c.Int), ("MPI_INT64_T", c => c.Long),
        ("MPI_FLOAT", c => c.Float), ("MPI_DOUBLE", c => c.Double), ("MPI_MAX", c => c.Max), ("MPI_ERRORS_RETURN", c => c.ErrorsReturn),
    ];

    private static readonly (string Header, Func<MpiConstants, long> Ours)[] Numbers =
    [
        ("MPI_IN_PLACE", c => c.InPlace), ("MPI_THREAD_FUNNELED", c => c.Funneled),
    ];

    private static readonly string[] Texts = ["MPI_MAX_PROCESSOR_NAME", "MPI_MAX_ERROR_STRING", "MPI_MAX_LIBRARY_VERSION_STRING"];

    /// <summary>C prototypes with P for any pointer, I for an int and H for a handle.</summary>
    private static readonly (string Name, string Types)[] Prototypes =
    [
        ("MPI_Init_thread", "PPIP"), ("MPI_Initialized", "P"), ("MPI_Finalize", ""), ("MPI_Comm_rank", "HP"), ("MPI_Comm_size", "HP"),
        ("MPI_Comm_set_errhandler", "HH"), ("MPI_Error_string", "IPP"),
        ("MPI_Get_library_version", "PP"), ("MPI_Get_processor_name", "PP"), ("MPI_Allreduce", "PPIHHH"), ("MPI_Allgatherv", "PIHPPPHH"),
        ("MPI_Alltoallv", "PPPHPPPHH"), ("MPI_Bcast", "PIHIH"), ("MPI_Barrier", "H"), ("MPI_Abort", "HI"),
    ];

    public static TheoryData<string> Abis => ["openmpi", "mpich", "standard"];

    [Theory]
    [MemberData(nameof(Abis))]
    public async Task Handles_and_numbers_are_those_of_the_header(string abi)
    {
        var said = await ProbeAsync(abi);
        // Open MPI's handles are symbols: the table asks for each under the name that the header's macro has.
        var symbols = new List<string>();
        var ours = abi switch
        {
            "mpich" => MpiConstants.Mpich,
            "standard" => MpiConstants.Standard,
            _ => MpiConstants.OpenMpi(symbol =>
            {
                symbols.Add(symbol);
                return symbols.Count;
            }),
        };
        foreach (var (name, value) in Handles)
        {
            if (abi == "openmpi") Assert.Contains($"&({symbols[(int)value(ours) - 1]})", said[name], StringComparison.Ordinal);
            else Assert.Equal($"{value(ours)}", said[name]);
        }

        Assert.All(Numbers, number => Assert.Equal($"{number.Ours(ours)}", said[number.Header]));
        Assert.All(Texts, text => Assert.InRange(int.Parse(said[text], CultureInfo.InvariantCulture), 1, ours.LongestText));
        Assert.Equal(Handles.Length + Numbers.Length + 1, typeof(MpiConstants).GetConstructors().Single().GetParameters().Length);
    }

    [Theory]
    [MemberData(nameof(Abis))]
    public async Task Prototypes_are_those_of_the_header(string abi)
    {
        var said = await ProbeAsync(abi);
        // MPICH's handles are ints: the compiler cannot tell them from counts.
        Assert.All(Prototypes, prototype => Assert.Equal(
            abi == "mpich" ? prototype.Types.Replace('I', 'H') : prototype.Types, said[prototype.Name]));
    }

    [Fact]
    public void Functions_are_called_as_their_prototypes_say()
    {
        var fields = typeof(MpiFunctions).GetFields(BindingFlags.Public | BindingFlags.Instance);
        Assert.Equal(Prototypes.Select(p => p.Name).Order(), fields.Select(f => f.Name).Order());
        Assert.All(fields, field => Assert.Equal(
            Prototypes.Single(p => p.Name == field.Name).Types,
            string.Concat(field.FieldType.GetFunctionPointerParameterTypes().Select(t =>
                t.IsPointer ? 'P' : t == typeof(int) ? 'I' : t == typeof(nint) ? 'H' : throw new NotSupportedException(t.Name)))));
        Assert.All(fields, field => Assert.Equal(typeof(int), field.FieldType.GetFunctionPointerReturnType()));
    }

    // What each constant is, and of each parameter what it is, by the compiler's own view of the header.
    private static string Program(string abi)
    {
        var value = abi == "openmpi" ? "TEXT" : "NUMBER";
        return $$"""
            #include <mpi.h>
            #include <cstdio>
            #include <cstdint>
            #include <string>
            #include <type_traits>
            #define TEXT_(x) #x
            #define TEXT(x) std::printf("%s\n", TEXT_(x))
            #define NUMBER(x) std::printf("%ld\n", (long)(x))
            template<class T> char kind() {
                if (std::is_same_v<T, MPI_Comm> || std::is_same_v<T, MPI_Datatype> || std::is_same_v<T, MPI_Op>
                    || std::is_same_v<T, MPI_Errhandler> || std::is_same_v<T, MPI_Info>)
                    return 'H';
                return std::is_pointer_v<T> ? 'P' : std::is_same_v<T, int> ? 'I' : '?';
            }
            template<class... A> std::string kinds(int (*)(A...)) { return { kind<A>()... }; }
            int main() {
            {{string.Join('\n', Handles.Select(h => $"std::printf(\"{h.Header} \"); {value}({h.Header});"))}}
            {{string.Join('\n', Numbers.Select(n => $"std::printf(\"{n.Header} \"); NUMBER({n.Header});"))}}
            {{string.Join('\n', Texts.Select(t => $"std::printf(\"{t} \"); NUMBER({t});"))}}
            {{string.Join('\n', Prototypes.Select(p => $"std::printf(\"{p.Name} %s\\n\", kinds((decltype(&{p.Name}))nullptr).c_str());"))}}
            }
            """;
    }

    private static async Task<Dictionary<string, string>> ProbeAsync(string abi)
    {
        Needs.Compiler();
        var folder = Directory.CreateTempSubdirectory("mpi-probe");
        try
        {
            var source = Path.Combine(folder.FullName, "probe.cpp");
            await File.WriteAllTextAsync(source, Program(abi));
            var program = Path.Combine(folder.FullName, "probe");
            // C++ interfaces of MPI are not wanted.
            var built = await RunAsync("g++", "-std=c++17", "-w", "-DOMPI_SKIP_MPICXX", "-DMPICH_SKIP_MPICXX", "-I", Needs.MpiHeader(abi),
                source, "-o", program);
            Assert.True(built.Code == 0, built.Output);
            var said = await RunAsync(program);
            return said.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim().Split(' ', 2))
                .ToDictionary(words => words[0], words => words.Length > 1 ? words[1] : "");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
